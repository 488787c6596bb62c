import { describe, expect, it } from 'vitest';
import { awaitFeeds, type FeedSources, feedEnd, stateFrom } from '../../../src/operator/runs/await-feeds.ts';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';
import { feedHeadFor, joinFeedHeads } from '../../../src/writer/join-feed-heads.ts';
import { sampleJob, samplePage } from '../../support/sample-messages.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

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

describe('a run that is waited for', () => {
  const run = { runId: job.jobId.split('/')[0] ?? '', snapshot: job.snapshot, jobs: [job] };
  const letter = { jobId: job.jobId, reason: 'too-old', code: 'enotfound', detail: 'unknown host' };

  /** Waits for ten seconds at most; the head of the feed comes after `headAfterMs`. */
  async function waiting(headAfterMs: number, over: Partial<FeedSources> = {}, signal = new AbortController().signal) {
    const clock = virtualClock({ autoJump: true });
    const deadLetters = new Map<string, string>();
    const looks: number[] = [];
    const read = async () => {
      const heads = clock.monotonicMs() >= headAfterMs ? [headOf({})] : [];
      return { heads: new Map(heads.map((head) => [`feed#${feed}`, head])), readUnits: 1 };
    };
    const options = { timeoutMs: 10_000, signal, onLook: () => void looks.push(clock.monotonicMs()), deadLetters };
    const sources = { heads: { read }, readDeadLetters: async () => [], ...over };
    return { ...(await awaitFeeds(run, options, sources, clock)), deadLetters, looks };
  }

  it('ends when its feeds are in the table', async () => {
    const { end, timedOut, looks } = await waiting(3_000);
    expect(end).toMatchObject({ feeds: 1, applied: 1, why: '' });
    expect([timedOut, looks.length]).toEqual([false, 4]);
  });

  it('ends with why a feed has a dead letter', async () => {
    const readDeadLetters = async () => [letter, { ...letter, jobId: 'another/run/1' }] as never;
    const { end, deadLetters } = await waiting(60_000, { readDeadLetters });
    expect(end.deadLettered).toEqual([job.jobId]);
    expect(end.why).toBe(
      `1 of 1 feeds have a dead letter: ${feed} (${job.jobId}: too-old, enotfound: unknown host); see dlq list`,
    );
    expect([...deadLetters.keys()]).toEqual([job.jobId]);
  });

  it('ends when the time is up, naming what had not arrived', async () => {
    const { end, timedOut } = await waiting(60_000);
    expect(end.why).toBe(`1 of 1 feeds had not arrived: ${feed}: the time was up (see --timeout)`);
    expect(timedOut).toBe(true);
  });

  it('ends at once when it is interrupted', async () => {
    const { end, timedOut, looks } = await waiting(60_000, {}, AbortSignal.abort());
    expect(end.why).toBe(`1 of 1 feeds had not arrived: ${feed}: interrupted`);
    expect([timedOut, looks.length]).toEqual([false, 1]);
  });
});
