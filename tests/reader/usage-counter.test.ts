import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageCounter } from '../../src/reader/read-meter.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { type MemoryUsageStore, memoryUsageStore } from '../support/memory-usage-store.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { fresh, miss, openCounter, stale, totals } from '../support/usage-world.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const windowMs = 300_000;
const feedsOf8 = 'usage#2026-11-23T08#feeds';
const popular = 'popular/movie/global/en-US';

describe('reads', () => {
  it('are counted by feed and by title: all, those that missed, those that were stale', async () => {
    const { counter, store } = openCounter();
    counter.feed(popular, fresh);
    counter.feed(popular, stale);
    counter.feed(popular, miss);
    counter.feed('trending/all/global/en-US', miss);
    counter.title('movie/550', fresh);
    counter.title('movie/550', miss);
    await counter.flush();
    expect(store.adds).toEqual([
      {
        id: feedsOf8,
        counters: {
          [`r:${popular}`]: 3,
          [`m:${popular}`]: 1,
          [`s:${popular}`]: 1,
          'r:trending/all/global/en-US': 1,
          'm:trending/all/global/en-US': 1,
        },
        expiresAtMs: Date.UTC(2026, 10, 23 + 42, 8),
      },
      {
        id: 'usage#2026-11-23T08#titles#00',
        counters: { 'r:movie/550': 2, 'm:movie/550': 1 },
        expiresAtMs: Date.UTC(2026, 10, 23 + 42, 8),
      },
    ]);
  });

  it.each([
    [1_999, 50],
    [2_000, undefined],
  ])('of a feed that comes after %i others are told apart: %s', async (others, told) => {
    const { counter, store } = openCounter();
    for (let id = 1; id <= others; id += 1) {
      counter.feed(`genre_${id}/movie/global/en-US`, fresh);
    }
    for (let n = 0; n < 50; n += 1) {
      counter.feed(popular, fresh);
      counter.feed('genre_1/movie/global/en-US', fresh);
    }
    await counter.flush();
    const counted = totals(store);
    expect(counted[`r:${popular}`]).toBe(told);
    expect(counted['r:genre_1/movie/global/en-US']).toBe(51);
    expect(Object.values(counted).reduce((sum, one) => sum + one, 0)).toBe(others + 100);
  });

  it('of details are counted of all titles together: what was asked for, and what the answers had', async () => {
    const { counter, store } = openCounter();
    counter.title('movie/550', { ...fresh, coverage: ['asked', 'details', 'certification', 'services'] });
    counter.title('tv/1396', { ...fresh, coverage: ['asked', 'details'] });
    counter.title('tv/1396', { ...miss, coverage: ['asked'] });
    counter.title('tv/1396', { ...fresh, coverage: [] });
    await counter.flush();
    expect(store.countersOf('usage#2026-11-23T08#titles#00')).toEqual({
      ...{ 'r:movie/550': 1, 'r:tv/1396': 3, 'm:tv/1396': 1 },
      ...{ 'q:~other': 3, 'e:~other': 2, 'g:~other': 1, 'v:~other': 1 },
    });
  });

  it('are written once', async () => {
    const { counter, store } = openCounter();
    counter.feed(popular, fresh);
    await counter.flush();
    await counter.flush();
    expect(store.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 1 });
    expect(store.adds).toHaveLength(1);
  });

  it('that there are none of are not written', async () => {
    const { counter, store } = openCounter();
    await counter.flush();
    expect(store.adds).toEqual([]);
  });

  it('that come while a window is written belong to the next one', async () => {
    const { counter, store } = openCounter();
    counter.feed(popular, fresh);
    const writing = counter.flush();
    counter.feed(popular, miss);
    await writing;
    await counter.flush();
    expect(store.adds.map(({ counters }) => counters)).toEqual([
      { [`r:${popular}`]: 1 },
      { [`r:${popular}`]: 1, [`m:${popular}`]: 1 },
    ]);
  });
});

describe('a window', () => {
  it('is due when its time is over and something was read in it', async () => {
    const { counter, clock } = openCounter();
    expect(counter.due()).toBe(false);
    await clock.advance(windowMs);
    expect(counter.due()).toBe(false);
    await counter.flush();
    counter.title('movie/550', fresh);
    expect(counter.due()).toBe(false);
    await clock.advance(windowMs - 1);
    expect(counter.due()).toBe(false);
    await clock.advance(1);
    expect(counter.due()).toBe(true);
    await counter.flush();
    expect(counter.due()).toBe(false);
  });

  it('costs two writes at the most, however much is read', async () => {
    const { counter, clock, store } = openCounter();
    for (let second = 0; second < 3_000; second += 1) {
      counter.feed(`genre_${second % 90}/movie/global/en-US`, fresh);
      counter.title(`movie/${second % 700}`, second % 2 === 0 ? fresh : miss);
      if (counter.due()) {
        await counter.flush();
      }
      await clock.advance(1_000);
    }
    expect(store.adds.length).toBeGreaterThanOrEqual(16);
    expect(store.adds.length).toBeLessThanOrEqual(20);
  });

  it('ends with the hour: a read counts in the hour it was made in', async () => {
    const { counter, clock, store } = openCounter(60, Date.UTC(2026, 10, 23, 8, 58));
    counter.feed(popular, fresh);
    await clock.advance(119_999);
    expect(counter.due()).toBe(false);
    await clock.advance(1);
    expect(counter.due()).toBe(true);
    await counter.flush();
    counter.feed(popular, miss);
    await counter.flush();
    expect(store.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 1 });
    expect(store.countersOf('usage#2026-11-23T09#feeds')).toEqual({ [`r:${popular}`]: 1, [`m:${popular}`]: 1 });
  });

  it('in which nothing was read for hours begins with the first read', async () => {
    const { counter, clock, store } = openCounter();
    await clock.advance(5 * 3_600_000 + 7 * 60_000);
    counter.feed(popular, fresh);
    counter.title('movie/550', fresh);
    await counter.flush();
    expect(store.adds.map(({ id }) => id)).toEqual(['usage#2026-11-23T13#feeds', 'usage#2026-11-23T13#titles#05']);
  });

  it('ends with its hour also when the next read comes late', async () => {
    const { counter, clock, store } = openCounter();
    counter.feed(popular, miss);
    await clock.advance(3 * 3_600_000);
    counter.feed(popular, fresh);
    expect(counter.due()).toBe(true);
    await counter.flush();
    expect(counter.due()).toBe(false);
    expect(store.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 1, [`m:${popular}`]: 1 });
    expect(store.countersOf('usage#2026-11-23T11#feeds')).toEqual({ [`r:${popular}`]: 1 });
  });

  it('ends also when the wall clock is set back', async () => {
    const { counter, clock } = openCounter();
    counter.feed(popular, fresh);
    clock.jumpWallClock(-3_600_000);
    expect(counter.due()).toBe(true);
  });
});

describe('what cannot be written', () => {
  it('is a warning, counts on, and is written with the next window', async () => {
    const { counter, store, state, telemetry } = openCounter();
    counter.feed(popular, miss);
    counter.title('movie/550', fresh);
    state.away = true;
    await counter.flush();
    expect(telemetry.warnings).toHaveLength(2);
    expect(telemetry.warnings[0]?.facts).toEqual({ detail: 'the control table is away' });
    counter.feed(popular, fresh);
    state.away = false;
    await counter.flush();
    expect(totals(store)).toEqual({ [`r:${popular}`]: 2, [`m:${popular}`]: 1, 'r:movie/550': 1 });
  });

  it('is written with the next window although nothing was read in that', async () => {
    const { counter, store, state, clock } = openCounter();
    counter.feed(popular, fresh);
    state.away = true;
    await counter.flush();
    state.away = false;
    await clock.advance(windowMs);
    expect(counter.due()).toBe(true);
    await counter.flush();
    expect(totals(store)).toEqual({ [`r:${popular}`]: 1 });
  });

  it('is neither lost nor counted twice, however often the store is away', async () => {
    const step = fc.record({
      reads: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }),
      away: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { counter, store, state } = openCounter();
        for (const { reads, away } of steps) {
          for (const subject of reads) {
            counter.title(subject, fresh);
          }
          state.away = away;
          await counter.flush();
        }
        state.away = false;
        await counter.flush();
        const all = steps.flatMap(({ reads }) => reads);
        const expected = [...Map.groupBy(all, (name) => `r:${name}`)].map(([name, group]) => [name, group.length]);
        expect(totals(store)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('may be half of a window: the other half is not written again', async () => {
    const clock = virtualClock();
    const store = memoryUsageStore();
    let refusals = 1;
    const refusing = {
      ...store,
      add: async (...update: Parameters<MemoryUsageStore['add']>) => {
        if (update[0].includes('titles') && refusals > 0) {
          refusals -= 1;
          throw new Error('throttled');
        }
        await store.add(...update);
      },
    };
    const counter = usageCounter(refusing, defaultSettings.reader.usage, clock, recordingTelemetry());
    counter.feed(popular, fresh);
    counter.title('movie/550', fresh);
    await counter.flush();
    await counter.flush();
    expect(totals(store)).toEqual({ [`r:${popular}`]: 1, 'r:movie/550': 1 });
  });
});
