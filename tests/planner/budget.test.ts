import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf, choose, type Keep, type ScoredPages } from '../../src/planner/budget.ts';
import { feedId } from '../../src/shared/core/feed.ts';
import type { ScheduleName } from '../../src/shared/settings/schedule.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';

const keeps = ['always', 'demand', 'warming'] as const;
const budget = { pages: 10, writeUnits: 1_000, leastReads: 0.2 };

function pagesOf(category: string, over: Partial<ScoredPages> = {}): ScoredPages {
  return {
    feed: { category, media: 'movie', region: 'global', language: 'en-US' },
    fromPage: 1,
    toPage: 1,
    keep: 'demand',
    reads: 10,
    changedShare: 0.5,
    why: 'because',
    ...over,
  };
}

const categories = ({ feeds }: ReturnType<typeof choose>) => feeds.map(({ feed }) => feed.category);

describe('the choice within a budget', () => {
  it('takes first what is worth most for what it costs', () => {
    const plan = choose(
      [
        pagesOf('genre_1', { reads: 10, changedShare: 0.5 }),
        pagesOf('genre_2', { reads: 100, changedShare: 0.1 }),
        pagesOf('genre_3', { reads: 12, changedShare: 1, toPage: 2 }),
        pagesOf('genre_4', { reads: 8, changedShare: 1 }),
      ],
      budget,
    );
    expect(categories(plan)).toEqual(['genre_2', 'genre_4', 'genre_3', 'genre_1']);
    expect(plan.leftOut).toEqual([]);
  });

  it('leaves out what is not worth a call, and says so in one line', () => {
    const plan = choose([pagesOf('genre_1', { reads: 1, changedShare: 0.1, why: 'one read' })], budget);
    expect(plan.feeds).toEqual([]);
    expect(plan.leftOut).toEqual([
      'genre_1/movie/global/en-US: 0.1 reads of changed content expected (one read), below 0.2',
    ]);
  });

  it('never cuts the minimum, whatever the budget and the demand', () => {
    const always = pagesOf('popular', { keep: 'always', toPage: 20, reads: 0, changedShare: 0 });
    const plan = choose([pagesOf('genre_1', { reads: 1e6 }), always], { ...budget, pages: 3 });
    expect(categories(plan)).toEqual(['popular']);
    expect(plan.leftOut[0]).toContain("the occurrence's budget is spent (3 pages");
  });

  it('keeps to pages, and to write units', () => {
    const many = ['genre_1', 'genre_2', 'genre_3'].map((category) => pagesOf(category, { changedShare: 1 }));
    expect(choose(many, { ...budget, pages: 2 }).feeds).toHaveLength(2);
    // A page whose titles have all changed: ten units of the page and one of each title.
    expect(choose(many, { ...budget, writeUnits: 89 }).feeds).toHaveLength(2);
    expect(choose(many, { ...budget, writeUnits: 90 }).feeds).toHaveLength(3);
  });

  it('takes warming last, out of what is left over, and does not explain what it leaves', () => {
    const warm = pagesOf('genre_9', { keep: 'warming', reads: 1e6, changedShare: 1 });
    const kept = pagesOf('genre_1', { reads: 1 });
    expect(categories(choose([warm, kept], budget))).toEqual(['genre_1', 'genre_9']);
    const full = choose([warm, kept], { ...budget, pages: 1 });
    expect([categories(full), full.leftOut]).toEqual([['genre_1'], []]);
  });

  it('goes deeper into a feed only from its first page on', () => {
    const deep = (page: number, reads: number) =>
      pagesOf('popular', { fromPage: page, toPage: page, reads, why: `page ${page}` });
    const { feeds } = choose([pagesOf('popular', { toPage: 2 }), deep(3, 4), deep(4, 3)], budget);
    expect(feeds).toMatchObject([{ pages: 4, why: 'because; to page 3: page 3; to page 4: page 4' }]);
    const alone = choose([pagesOf('popular', { toPage: 2, reads: 0 }), deep(3, 4)], budget);
    expect(alone.feeds).toEqual([]);
    expect(alone.leftOut[1]).toBe('page 3 of popular/movie/global/en-US: the pages before it are not fetched');
  });

  it('keeps to its budget beyond the minimum, chooses each feed once, and loses no pages without a word', () => {
    const arbitrary = fc.record({
      category: fc.integer({ min: 1, max: 40 }).map((id) => `genre_${id}`),
      toPage: fc.integer({ min: 1, max: 4 }),
      keep: fc.constantFrom<Keep>(...keeps),
      reads: fc.double({ min: 0, max: 1e4, noNaN: true }),
      changedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const limits = fc.record({
      pages: fc.integer({ min: 0, max: 30 }),
      writeUnits: fc.integer({ min: 0, max: 3_000 }),
      leastReads: fc.double({ min: 0.01, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(arbitrary, { selector: ({ category }) => category }), limits, (some, limit) => {
        const scored = some.map(({ category, ...over }) => pagesOf(category, over));
        const { feeds, leftOut } = choose(scored, limit);
        const ids = feeds.map(({ feed }) => feedId(feed));
        expect(new Set(ids).size).toBe(ids.length);
        const sum = (of: (keep: Keep) => boolean) =>
          feeds.filter(({ keep }) => of(keep)).reduce((total, { pages }) => total + pages, 0);
        const always = scored.filter(({ keep }) => keep === 'always');
        expect(sum((keep) => keep === 'always')).toBe(always.reduce((total, { toPage }) => total + toPage, 0));
        const others = sum((keep) => keep !== 'always');
        expect(others === 0 || sum(() => true) <= limit.pages).toBe(true);
        const demand = scored.filter(({ keep }) => keep === 'demand').length;
        expect(leftOut.length + feeds.filter(({ keep }) => keep === 'demand').length).toBe(demand);
        expect(feeds.every(({ why }) => why.length <= 300)).toBe(true);
      }),
    );
  });

  it('is worth no less with a greater budget', () => {
    const worth = (feeds: readonly { feed: ScoredPages['feed'] }[], scored: readonly ScoredPages[]) => {
      const chosen = new Set(feeds.map(({ feed }) => feedId(feed)));
      return scored.reduce((sum, one) => sum + (chosen.has(feedId(one.feed)) ? one.reads * one.changedShare : 0), 0);
    };
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 30 }),
        fc.nat(20),
        (reads, pages) => {
          const scored = reads.map((count, n) => pagesOf(`genre_${n + 1}`, { reads: count }));
          const of = (room: number) => worth(choose(scored, { ...budget, pages: room, writeUnits: 1e6 }).feeds, scored);
          expect(of(pages + 1)).toBeGreaterThanOrEqual(of(pages));
        },
      ),
    );
  });
});

describe('the budget of an occurrence', () => {
  const of = (schedule: ScheduleName, pagesOfDay: number) => budgetOf(schedule, pagesOfDay, defaultSettings);

  it('is what is left of the day, of which a refresh takes a third', () => {
    expect([of('daily', 0).pages, of('daily', 40).pages, of('daily', 50).pages, of('daily', 900).pages]).toEqual([
      50, 10, 0, 0,
    ]);
    expect([of('refresh', 0).pages, of('refresh', 25).pages, of('refresh', 45).pages]).toEqual([16, 16, 5]);
    expect(of('refresh', 0).writeUnits).toBe(480);
  });

  it('has the price of a page rise with what is spent', () => {
    expect([of('refresh', 0), of('refresh', 25), of('refresh', 60)].map(({ leastReads }) => leastReads)).toEqual([
      0.05, 0.1, 0.2,
    ]);
  });
});
