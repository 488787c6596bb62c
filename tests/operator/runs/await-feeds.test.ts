import { describe, expect, it } from 'vitest';
import { feedEnd, stateFrom } from '../../../src/operator/runs/await-feeds.ts';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { type FeedHead, feedHeadFor, joinFeedHeads } from '../../../src/shared/tables/feed-head.ts';
import { sampleJob, samplePage } from '../../support/sample-messages.ts';

const feed = 'popular/movie/global/en-US';
const headOf = (...pages: Partial<ItemPage>[]): FeedHead =>
  pages
    .map((over) => feedHeadFor(samplePage({ pages: 1, ...over }), defaultSettings))
    .reduce((a, b) => joinFeedHeads(a, b));
const job = sampleJob({ pages: 1 });
const newer = { snapshot: '2026-11-24T08:00:00Z.5eed5eed' };
const older = { snapshot: '2026-11-22T08:00:00Z.5eed5eed' };
const absence = { code: 'tmdb_34', detail: 'HTTP 404: no such list' };

describe('waiting for a feed', () => {
  it.each([
    ['without a head', undefined, 'open', ''],
    ['of which only an older list is there', headOf(older), 'open', ''],
    ['that is in the table', headOf({}), 'complete', ''],
    ['that TMDB does not know', headOf(older, { titles: [], absence }), 'not-found', 'tmdb_34: HTTP 404: no such list'],
    ['that came empty', headOf(older, { titles: [] }), 'empty', ''],
    ['of which no row could be read', headOf({ titles: [], rejected: 3 }), 'rejected', ''],
    [
      'of which a later page is unknown to TMDB',
      headOf({ pages: 2 }, { page: 2, pages: 2, titles: [], absence }),
      'partial',
      'page 2 was not found (tmdb_34: HTTP 404: no such list)',
    ],
    ['that a newer run has fetched', headOf({}, newer), 'superseded', `by ${newer.snapshot}`],
  ] as const)('%s ends as it should', (_name, head, outcome, detail) => {
    expect(feedEnd(job, head)).toEqual({ feed, outcome, detail });
  });

  it('ends with its dead letter where nothing else has come', () => {
    const [open, done] = [
      feedEnd(job, undefined),
      { feed: 'popular/tv/global/en-US', outcome: 'complete', detail: '' },
    ] as const;
    const state = stateFrom(
      [open, done],
      new Map([
        [feed, job.jobId],
        [done.feed, 'another'],
      ]),
    );
    expect(state).toMatchObject({ feeds: 2, applied: 1, deadLettered: [job.jobId], notFound: [], empty: [] });
    expect(state.ends.map(({ outcome }) => outcome)).toEqual(['dead-lettered', 'complete']);
  });
});
