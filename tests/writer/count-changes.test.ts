import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { countChanges } from '../../src/writer/count-changes.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';
import { applyAtOnce, memoryWriter } from '../support/deliver-pages.ts';
import { samplePage, sampleTitle } from '../support/sample-messages.ts';

const feed = 'popular/movie/global/en-US';
const films = (...ids: number[]) => ids.map((id, index) => sampleTitle({ id, rank: index + 1 }));
const at = (time: string, ...ids: number[]): ItemPage =>
  samplePage({ snapshot: `${time}Z.0badcafe`, fetchedAt: `${time}.000Z`, titles: films(...ids) });

/** What is counted when the pages come one after the other. */
async function counted(...pages: ItemPage[]) {
  const counts: Record<string, number>[] = [];
  const writer = memoryWriter();
  for (const page of pages) {
    await applyAtOnce([page], { ...writer, changes: async (counters) => void counts.push({ ...counters }) });
  }
  return counts;
}

describe('the changes of a list', () => {
  it('are its rows that are new or stand at another rank, over the hours between', async () => {
    const [first, second] = await counted(at('2026-11-23T08:00:00', 1, 2, 3, 4), at('2026-11-23T14:00:00', 1, 3, 2, 9));
    expect(first).toEqual({});
    expect(second).toEqual({ [`k:${feed}`]: 4, [`c:${feed}`]: 3, [`a:${feed}`]: 24 });
  });

  it('are none where all stands as before, and that is counted too', async () => {
    const counts = await counted(at('2026-11-23T08:00:00', 1, 2), at('2026-11-23T12:00:00', 1, 2));
    expect(counts[1]).toEqual({ [`k:${feed}`]: 2, [`a:${feed}`]: 8 });
  });

  it('are not counted again when a page comes again, or late', async () => {
    const old = at('2026-11-23T08:00:00', 1, 2);
    const young = at('2026-11-23T12:00:00', 2, 1);
    expect((await counted(old, young, young, old)).slice(2)).toEqual([{}, {}]);
  });

  it('count a title that came back from an older snapshot as changed', async () => {
    const counts = await counted(
      at('2026-11-23T00:00:00', 1, 2),
      at('2026-11-23T04:00:00', 1, 3),
      at('2026-11-23T08:00:00', 1, 2),
    );
    expect(counts[2]).toEqual({ [`k:${feed}`]: 2, [`c:${feed}`]: 1, [`a:${feed}`]: 8 });
  });

  it('are counted page by page', async () => {
    const page = (snapshot: string, number: number, id: number) =>
      samplePage({
        snapshot: `${snapshot}Z.0badcafe`,
        fetchedAt: `${snapshot}.000Z`,
        page: number,
        titles: [sampleTitle({ id, rank: 20 * number - 19 })],
      });
    const counts = await counted(
      page('2026-11-23T08:00:00', 1, 1),
      page('2026-11-23T10:00:00', 2, 1),
      page('2026-11-23T12:00:00', 2, 2),
    );
    expect(counts).toEqual([{}, {}, { [`k:${feed}`]: 1, [`c:${feed}`]: 1, [`a:${feed}`]: 2 }]);
  });

  it('are none beside a row whose places are damaged', () => {
    const key = 'popular/movie/global/en-US\npage#0001';
    const page = at('2026-11-23T08:00:00', 1);
    expect(countChanges([page], new Map([[key, { version: 'm' }]]))).toEqual({});
  });

  it('are of each feed its own', () => {
    const series = samplePage({
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      feed: { category: 'trending', media: 'tv', region: 'global', language: 'en-US' },
      titles: [sampleTitle({ mediaType: 'tv', id: 7, rank: 1 })],
    });
    const before = new Map([
      [
        'popular/movie/global/en-US\npage#0001',
        { version: 'm', snapshot: '2026-11-23T06:00:00Z.0badcafe', places: ['1 movie/1'] },
      ],
      [
        'trending/tv/global/en-US\npage#0001',
        { version: 'm', snapshot: '2026-11-23T07:00:00Z.0badcafe', places: ['1 tv/8', '3 tv/7'] },
      ],
    ]);
    expect(countChanges([at('2026-11-23T08:00:00', 1), series], before)).toEqual({
      [`k:${feed}`]: 1,
      [`a:${feed}`]: 2,
      'k:trending/tv/global/en-US': 1,
      'c:trending/tv/global/en-US': 1,
      'a:trending/tv/global/en-US': 1,
    });
  });

  it('are never more than the rows, and never without hours, in any history', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async ({ pages }) => {
        const writer = memoryWriter();
        const changes = async (counters: Readonly<Record<string, number>>) => {
          for (const [name, count] of Object.entries(counters)) {
            expect(count).toBeGreaterThanOrEqual(0);
            if (name.startsWith('c:')) {
              expect(count).toBeLessThanOrEqual(counters[`k:${name.slice(2)}`] ?? 0);
            }
          }
        };
        for (const page of pages) {
          await applyAtOnce([page], { ...writer, changes });
        }
      }),
    );
  });
});
