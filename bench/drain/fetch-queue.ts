/** The fetch queue of a trial: filled before it, and searched for jobs after it. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { EmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { runIdFor, snapshotFor } from '../../src/shared/core/snapshot.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { fetchJobsFor } from '../../src/shared/queues/fetch-job.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';

const pagesPerFeed = 150;
const regions =
  'DE FR GB IT ES PL SE NL JP BR AT AU BE CA CH CL CO CZ DK EG FI GR HK HU ID IE IL IN KR MX MY NO NZ PE PH PT RO SG TH TR TW UA US VN ZA'.split(
    ' ',
  );

/** What became of the jobs of a trial; `lost`: done by nobody, and on no queue. */
export type JobFates = { notDone: number; dead: number; lost: number };

/**
 * Sends `jobs` jobs for popular films and series, country by country.
 * @throws RangeError for more jobs than there are pages.
 */
export async function fillFetchQueue(
  jobs: number,
  { endpoints, region, fetchQueueUrl }: StackEndpoints,
): Promise<void> {
  const nowMs = systemClock.nowMs();
  const runId = runIdFor('bench drain');
  const run = { runId, snapshot: snapshotFor(nowMs, runId), origin: 'ad-hoc', firstSeenAt: isoFromMs(nowMs) };
  const bodies = regions
    .flatMap((country) => (['movie', 'tv'] as const).map((media) => ({ region: country, media })))
    .map((place) => ({ category: 'popular', language: 'en-US', ...place }))
    .flatMap((feed) => fetchJobsFor(run, { feed, pages: pagesPerFeed, why: 'asked for by a bench' }))
    .slice(0, jobs)
    .map(messageBody);
  if (bodies.length < jobs) {
    throw new RangeError(`${jobs} jobs are more than the ${bodies.length} that there are`);
  }
  // Without the time-outs of a function: fauxqs is in this process, and on a busy machine it answers when its turn comes.
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
  const sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials });
  try {
    await sqsMessageSender(sqs, fetchQueueUrl, systemClock, systemRandom).sendAll(bodies);
  } finally {
    sqs.destroy();
  }
}

/** Looks for `jobs` jobs on all queues. */
export function fatesOf(jobs: number, sqs: EmbeddedSqs): JobFates {
  const { name, deadLetterName } = fetchQueue(defaultSettings);
  const idsOn = (queue: string) => sqs.inspect(queue).map(({ body }) => jobIdIn(body));
  const done = new Set(idsOn(itemQueue(defaultSettings).name));
  const dead = idsOn(deadLetterName);
  const known = new Set([...done, ...idsOn(name), ...dead]);
  return { notDone: jobs - done.size, dead: dead.length, lost: jobs - known.size };
}

/** The job that a message is of. */
export function jobIdIn(body: string): string {
  return String(JSON.parse(body).jobId);
}
