import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { writePace } from '../../src/writer/write-rows.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const title = { mediaId: '1', mediaType: 'movie' } as CatalogRow;
/** Two units of the table, and two of the index. */
const page = {
  mediaId: 'f',
  mediaType: 'page#0001',
  category: 'f',
  cards: new Uint8Array(1_500),
} as Partial<CatalogRow> as CatalogRow;

/** Two writers share 18 and 7 units: nine a second of the table, three and a half of the index, and a minute of each in hand. */
const settings = {
  ...defaultSettings,
  capacity: {
    mode: 'provisioned' as const,
    catalog: { readUnits: 15, writeUnits: 18 },
    index: { readUnits: 10, writeUnits: 7 },
  },
  writer: { ...defaultSettings.writer, maximumConcurrency: 2 },
};

async function secondsFor(rows: readonly CatalogRow[], over: Partial<typeof settings.capacity> = {}): Promise<number> {
  const clock = virtualClock({ autoJump: true });
  const startedMs = clock.monotonicMs();
  const pace = writePace({ ...settings, capacity: { ...settings.capacity, ...over } } as typeof settings, clock);
  for (const row of rows) {
    await pace.waitFor(row);
  }
  return (clock.monotonicMs() - startedMs) / 1_000;
}

describe('the writer’s pace', () => {
  it('lets a day’s lists through at once: twenty pages and their titles', async () => {
    expect(await secondsFor([...Array(20).fill(page), ...Array(400).fill(title)])).toBe(0);
  });

  it('keeps to the table’s share for titles once the minute in hand is used up', async () => {
    // 540 at once, then 900 at nine a second.
    expect(await secondsFor(Array(1_440).fill(title))).toBeCloseTo(100, 3);
  });

  it('keeps to the index’s share for pages, which it holds too', async () => {
    // 210 units at once, then 350 units at 3.5 a second.
    expect(await secondsFor(Array(280).fill(page))).toBeCloseTo(100, 3);
  });

  it('is that of two writers where no setting says how many there are', async () => {
    const { maximumConcurrency: _, ...writer } = settings.writer;
    const clock = virtualClock({ autoJump: true });
    const startedMs = clock.monotonicMs();
    const pace = writePace({ ...settings, writer }, clock);
    for (let n = 0; n < 1_440; n += 1) {
      await pace.waitFor(title);
    }
    expect((clock.monotonicMs() - startedMs) / 1_000).toBeCloseTo(100, 3);
  });

  it('is none on demand', async () => {
    expect(await secondsFor(Array(5_000).fill(page), { mode: 'on-demand' as never })).toBe(0);
  });
});
