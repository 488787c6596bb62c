import type { Random } from '../../../src/shared/core/clock.ts';

/** The `detail` of an ad-hoc event, without what is the same in all. */
export type DrawnRequest = { category: string; media: string[]; regions: string[]; languages: string[]; pages: number };

const shapes: readonly Omit<DrawnRequest, 'pages'>[] = [
  { category: 'popular', media: ['movie', 'tv'], regions: ['global', 'DE'], languages: ['en-US', 'de-DE'] },
  { category: 'popular', media: ['movie', 'tv'], regions: ['US', 'DE', 'JP'], languages: ['en-US'] },
  { category: 'trending', media: ['all', 'movie', 'tv'], regions: ['global'], languages: ['en-US', 'de-DE'] },
  { category: 'hidden_gems', media: ['movie', 'tv'], regions: ['global'], languages: ['en-US', 'de-DE', 'ja-JP'] },
  { category: 'award_winning', media: ['movie', 'tv'], regions: ['global'], languages: ['en-US', 'ja-JP'] },
  { category: 'genre_18', media: ['movie', 'tv'], regions: ['global'], languages: ['en-US', 'de-DE'] },
];

const mostPages = 3;

/** One or two requests; two of one round are often for the same feeds, and the later one then supersedes the earlier. */
export function drawRequests(random: Random): DrawnRequest[] {
  const pick = () => shapes[Math.floor(random.next() * shapes.length)] as (typeof shapes)[number];
  const pages = () => 1 + Math.floor(random.next() * mostPages);
  const first = { ...pick(), pages: pages() };
  if (random.next() < 0.5) {
    return [first];
  }
  return [first, { ...(random.next() < 0.5 ? first : pick()), pages: pages() }];
}

/** The ids of the jobs that the run `runId` of a request must have: `<run>/<feed>/<page>`. */
export function jobIdsOf(runId: string, { category, media, regions, languages, pages }: DrawnRequest): string[] {
  const feeds = media.flatMap((one) =>
    regions.flatMap((region) => languages.map((language) => [category, one, region, language].join('/'))),
  );
  return feeds.flatMap((feed) => Array.from({ length: pages }, (_, index) => `${runId}/${feed}/${index + 1}`));
}
