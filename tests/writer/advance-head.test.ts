import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import { advanceHead } from '../../src/writer/apply-items.ts';
import { type PortCall, scheduledBy } from '../support/call-hook.ts';
import { rejectionOf } from '../support/caught.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { type MemoryFeedHeads, memoryFeedHeads } from '../support/memory-feed-heads.ts';

const today = '2026-11-23T08:00:00Z.0badcafe';
const lastWeek = '2026-11-16T08:00:00Z.ffffffff';

/** Before each of the first `races` replaces, another writer brings a page of its own. */
function racingHeads(races: number): { heads: MemoryFeedHeads; calls: PortCall['name'][] } {
  const calls: PortCall['name'][] = [];
  let rivalPages: number[] = [];
  let rivalAtWork = false;
  const heads = memoryFeedHeads(async (call, act) => {
    if (rivalAtWork) {
      return act();
    }
    calls.push(call.name);
    if (call.name === 'replaceHead' && rivalPages.length < races) {
      rivalPages = [...rivalPages, rivalPages.length + 2];
      rivalAtWork = true;
      await heads.replace(sampleHead({ pagesApplied: rivalPages, pages: 40 }), heads.all()[0]);
      rivalAtWork = false;
    }
    return act();
  });
  return { heads, calls };
}

describe('advancing a feed’s head', () => {
  it('stores it where there is none', async () => {
    const heads = memoryFeedHeads();
    expect(await advanceHead(sampleHead(), heads)).toEqual({ writeUnits: 1, readUnits: 1 });
    expect(heads.all()).toEqual([sampleHead()]);
  });

  it('joins what is known with what is stored', async () => {
    const heads = memoryFeedHeads();
    await advanceHead(sampleHead({ pagesApplied: [2], fetchedAt: '2026-11-23T08:00:09.000Z' }), heads);
    await advanceHead(sampleHead({ pagesApplied: [1] }), heads);
    expect(heads.all()).toEqual([sampleHead({ pagesApplied: [1, 2], lastOutcome: 'complete' })]);
  });

  it('keeps the earliest fetch, however its time is written', async () => {
    const heads = memoryFeedHeads();
    await advanceHead(sampleHead({ pagesApplied: [1], fetchedAt: '2026-11-23T08:00:07.250Z' }), heads);
    await advanceHead(sampleHead({ pagesApplied: [2], fetchedAt: '2026-11-23T08:00:07Z' }), heads);
    expect(Date.parse(heads.all()[0]?.fetchedAt ?? '')).toBe(Date.UTC(2026, 10, 23, 8, 0, 7));
  });

  it('writes nothing when nothing is new', async () => {
    const heads = memoryFeedHeads();
    await advanceHead(sampleHead(), heads);
    expect(await advanceHead(sampleHead(), heads)).toEqual({ writeUnits: 0, readUnits: 1 });
    expect(heads.stored).toHaveLength(1);
  });

  it('writes nothing for last week’s snapshot', async () => {
    const heads = memoryFeedHeads();
    await advanceHead(sampleHead({ snapshot: today }), heads);
    const late = sampleHead({ snapshot: lastWeek, pagesApplied: [1, 2], fetchedAt: '2026-11-30T00:00:00.000Z' });
    expect(await advanceHead(late, heads)).toEqual({ writeUnits: 0, readUnits: 1 });
    expect(heads.all()).toEqual([sampleHead({ snapshot: today })]);
  });

  it('lets a newer snapshot begin anew, with its own pages only', async () => {
    const heads = memoryFeedHeads();
    await advanceHead(sampleHead({ snapshot: lastWeek, pagesApplied: [1, 2], lastOutcome: 'complete' }), heads);
    await advanceHead(sampleHead({ snapshot: today, pagesApplied: [2] }), heads);
    expect(heads.all()).toEqual([sampleHead({ snapshot: today, pagesApplied: [2] })]);
  });
});

describe('a lost race', () => {
  it('is run again, and nobody’s page is lost', async () => {
    const { heads, calls } = racingHeads(3);
    const capacity = await advanceHead(sampleHead({ pagesApplied: [1], pages: 40 }), heads);
    expect(heads.all()[0]?.pagesApplied).toEqual([1, 2, 3, 4]);
    expect(calls.filter((name) => name === 'replaceHead')).toHaveLength(4);
    expect(calls.filter((name) => name === 'readHeads')).toHaveLength(4);
    expect(capacity).toEqual({ writeUnits: 4, readUnits: 4 });
  });

  it('is run 19 times again', async () => {
    const { heads } = racingHeads(19);
    await advanceHead(sampleHead({ pagesApplied: [1], pages: 40 }), heads);
    expect(heads.all()[0]?.pagesApplied).toContain(1);
  });

  it('is given up after 20 in a row, to be tried again later', async () => {
    const { heads, calls } = racingHeads(20);
    const error = await rejectionOf(advanceHead(sampleHead({ pagesApplied: [1], pages: 40 }), heads));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({
      code: 'head_contended',
      message: expect.stringContaining('feed#popular/movie/global/en-US'),
    });
    expect(calls.filter((name) => name === 'replaceHead')).toHaveLength(20);
  });

  it('is given up at once when the table fails', async () => {
    const down = new Error('DynamoDB is down');
    const heads = memoryFeedHeads(async () => {
      throw down;
    });
    expect(await rejectionOf(advanceHead(sampleHead(), heads))).toBe(down);
  });

  it('costs no page, whoever wins when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (scheduler, writers) => {
        const heads = memoryFeedHeads(scheduledBy(scheduler));
        const pages = Array.from({ length: writers }, (_, n) => n + 1);
        const known = (page: number): FeedHead => sampleHead({ pagesApplied: [page], pages: writers });
        await scheduler.waitFor(Promise.all(pages.map((page) => advanceHead(known(page), heads))));
        expect(heads.all()).toEqual([sampleHead({ pagesApplied: pages, pages: writers, lastOutcome: 'complete' })]);
      }),
    );
  });
});
