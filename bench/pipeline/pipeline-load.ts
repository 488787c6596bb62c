/** What the pipeline is asked for: popular films and series, country by country, each page of twenty titles. */

import { regionSchema } from '../../src/shared/core/feed.ts';
import type { FetchRequest } from '../../src/shared/queues/plan-request.ts';

/** Deep enough for 20,000 jobs from the world's countries, and not so deep that the simulator's lists end. */
const pagesPerFeed = 50;
const media: FetchRequest['media'] = ['movie', 'tv'];
/** A request of the bus names no more. */
const regionsPerRequest = 50;
const jobsPerRegion = media.length * pagesPerFeed;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Brings the titles into the table, so that many jobs and few jobs find it alike; its country is asked for by no trial. */
export const warmUpRequests: FetchRequest[] = [requestFor(['US'], 125)];
export const warmUpJobs = 250;

/** Requests for exactly `jobs` jobs, a multiple of 100: every job another page, and no two in one feed and page. */
export function requestsFor(jobs: number): FetchRequest[] {
  const regions = countries().slice(0, jobs / jobsPerRegion);
  if (regions.length * jobsPerRegion !== jobs) {
    throw new RangeError(`${jobs} jobs are no whole number of countries, or more than there are`);
  }
  return Array.from({ length: Math.ceil(regions.length / regionsPerRequest) }, (_, index) =>
    requestFor(regions.slice(index * regionsPerRequest, (index + 1) * regionsPerRequest), pagesPerFeed),
  );
}

function requestFor(regions: string[], pages: number): FetchRequest {
  return { version: 1, category: 'popular', media, regions, languages: ['en-US'], pages };
}

function countries(): string[] {
  const codes = [...letters].flatMap((first) => [...letters].map((second) => `${first}${second}`));
  return codes.filter((code) => code !== 'US' && regionSchema.safeParse(code).success);
}
