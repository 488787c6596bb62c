import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ListAnswer } from '../../../src/reader/reader-api.ts';
import {
  type DrawnFilter,
  type DrawnTable,
  detailsRows,
  drawnFilter,
  drawnTable,
  listedTitles,
  modelPasses,
  pageRows,
} from '../../support/filtered-tables.ts';
import { readerWorld } from '../../support/memory-reader.ts';
import { settingsWith } from '../../support/reader-settings.ts';

const settings = settingsWith({}, { regions: [{ region: 'US', language: 'en-US' }] });
const feed = { category: 'trending', media: 'all', region: 'global', language: 'en-US' } as const;

async function worldWith(table: DrawnTable) {
  const world = readerWorld({ settings });
  await world.putRows(...pageRows(feed, table, world.clock));
  for (const row of detailsRows(table, 'US', world.clock)) {
    await world.catalog.replace(row, undefined);
  }
  return world;
}

const keysOf = ({ titles }: Pick<ListAnswer, 'titles'>) =>
  titles.map(({ rank, mediaType, id }) => `${rank} ${mediaType}/${id}`);

/** What a filter lets through of a table. */
function modelList(table: DrawnTable, filter: DrawnFilter) {
  const listed = listedTitles(table);
  const judged = listed.map((one) => ({
    key: `${one.rank} ${one.mediaType}/${one.id}`,
    passes: modelPasses(one, table.details[`${one.mediaType}/${one.id}`] ?? 'none', filter),
  }));
  const passing = judged.filter(({ passes }) => passes === true).map(({ key }) => key);
  return {
    passing,
    filtered: {
      lookedAt: listed.length,
      matched: passing.length,
      withoutDetails: judged.filter(({ passes }) => passes === undefined).length,
    },
  };
}

const asksForSomething = ({ includeAdult: _adult, ...members }: DrawnFilter) =>
  Object.values(members).some((asked) => !Array.isArray(asked) || asked.length > 0);

it('a filtered list is what a naive filter lets through, in TMDB’s order, whatever page of it is asked for', async () => {
  const seen = { passing: 0, unknown: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(drawnTable, drawnFilter, fc.integer({ min: 1, max: 9 }), async (table, filter, limit) => {
      const world = await worldWith(table);
      const reader = world.open({ live: false });
      const should = modelList(table, filter);
      const whole = await reader.list(feed, { ...filter, limit: 100 });
      expect(keysOf(whole)).toEqual(should.passing);
      expect(whole.filtered).toEqual(asksForSomething(filter) ? should.filtered : undefined);
      const paged: string[] = [];
      for (let offset = 0; offset < should.passing.length + limit; offset += limit) {
        const page = await reader.list(feed, { ...filter, offset, limit });
        expect([page.offset, page.titles.length <= limit]).toEqual([offset, true]);
        expect(page.filtered).toEqual(whole.filtered);
        paged.push(...keysOf(page));
      }
      expect(paged).toEqual(should.passing);
      seen.passing += should.filtered.matched;
      seen.unknown += should.filtered.withoutDetails;
      seen.refused += should.filtered.lookedAt - should.filtered.matched - should.filtered.withoutDetails;
    }),
    { numRuns: 200 },
  );
  // Each came often, or the tables say nothing.
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(60);
});
