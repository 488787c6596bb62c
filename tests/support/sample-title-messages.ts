import type { TitleJob } from '../../src/shared/queues/fetch-job.ts';
import type { DescribedTitle, ItemTitle } from '../../src/shared/queues/item-page.ts';
import { sampleTitle } from './sample-messages.ts';

/** Fight Club on its own; members given replace its own. */
export function sampleDescribed(over: Partial<DescribedTitle> = {}): DescribedTitle {
  const { rank: _rank, ...described } = sampleTitle();
  return { ...described, ...over };
}

/** A valid title job; members given replace its own. */
export function sampleTitleJob(over: Partial<TitleJob> = {}): TitleJob {
  return {
    kind: 'title-job',
    version: 1,
    jobId: '0badcafe/title/movie/550/de-DE',
    runId: '0badcafe',
    origin: 'reader',
    mediaType: 'movie',
    id: 550,
    language: 'de-DE',
    attempt: 0,
    firstSeenAt: '2026-11-23T08:00:00.000Z',
    why: 'a reader found it stale',
    ...over,
  };
}

/** A valid title message; members given replace its own. */
export function sampleItemTitle(over: Partial<ItemTitle> = {}): ItemTitle {
  return {
    kind: 'item-title',
    version: 1,
    jobId: '0badcafe/title/movie/550/de-DE',
    runId: '0badcafe',
    language: 'de-DE',
    fetchedAt: '2026-11-23T08:00:07.250Z',
    title: sampleDescribed(),
    ...over,
  };
}
