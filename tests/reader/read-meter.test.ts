import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { background } from '../../src/reader/background.ts';
import { readMeter } from '../../src/reader/read-meter.ts';
import type { ListAnswer, Provenance, RecommendAnswer, TitleAnswer } from '../../src/reader/reader-api.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { sampleFeed, sampleImages } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const popular = 'popular/movie/global/en-US';
const feedsOf8 = 'usage#2026-11-23T08#feeds';

function provenance(over: Partial<Provenance> = {}): Provenance {
  const times = { fetchedAt: null, freshUntil: null, expiresAt: null, ageSeconds: null };
  return { from: 'memory', ...times, freshness: 0, stale: false, ...over };
}

const listAnswer = (over?: Partial<Provenance>): ListAnswer => ({
  ...provenance(over),
  feed: sampleFeed(),
  offset: 0,
  titles: [],
  images: sampleImages(),
});
const titleAnswer = (over?: Partial<Provenance>): TitleAnswer => ({
  ...provenance(over),
  mediaType: 'tv',
  id: 1399,
  title: null,
  absent: false,
  images: sampleImages(),
});
const recommendAnswer = (feeds: string[]): RecommendAnswer => ({
  ...provenance(),
  offset: 0,
  picks: [],
  candidates: 0,
  feeds,
  unknownLiked: [],
  images: sampleImages(),
});

function openMeter(counting = true) {
  const clock = virtualClock({ startMs: Date.UTC(2026, 10, 23, 8, 56) });
  const telemetry = recordingTelemetry();
  const usage = memoryUsageStore();
  const work = background(telemetry);
  const meter = readMeter({
    usage: counting ? usage : undefined,
    background: work,
    telemetry,
    clock,
    settings: defaultSettings,
  });
  return { clock, telemetry, usage, work, meter };
}

describe('the metrics of a read', () => {
  it.each([
    ['memory', false, 1, 0],
    ['table', true, 1, 1],
    ['tmdb', false, 0, 0],
    ['none', false, 0, 0],
  ] as const)('from %s, stale: %s, are hit %i and stale %i', async (from, stale, hit, staleRead) => {
    const { meter, telemetry } = openMeter();
    meter.list(20)(listAnswer({ from, stale }), 1.23456);
    meter.title(titleAnswer({ from, stale }), 7);
    await meter.flush();
    expect(telemetry.valuesOf('CacheHit')).toEqual([hit, hit]);
    expect(telemetry.valuesOf('StaleReads')).toEqual([staleRead, staleRead]);
    expect(telemetry.valuesOf('ReadLatency')).toEqual([1.23, 7]);
  });

  it('are one of each for a recommendation, of however many feeds', () => {
    const { meter, telemetry } = openMeter();
    meter.recommendation(recommendAnswer([popular, 'trending/movie/global/en-US']), 3);
    expect(telemetry.metrics).toHaveLength(3);
  });

  it('are there also where reads are not counted', async () => {
    const { meter, telemetry, work, usage } = openMeter(false);
    meter.list(20)(listAnswer(), 1);
    meter.title(titleAnswer(), 2);
    meter.recommendation(recommendAnswer([popular]), 3);
    await meter.flush();
    await work.settled();
    expect(telemetry.valuesOf('ReadLatency')).toEqual([1, 2, 3]);
    expect(usage.adds).toEqual([]);
  });
});

describe('the metrics of many reads', () => {
  const origins = ['memory', 'table', 'tmdb', 'none'] as const;
  const read = fc.record({
    from: fc.constantFrom(...origins),
    stale: fc.boolean(),
    latencyMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 15_000 })),
    kind: fc.constantFrom('list' as const, 'title' as const, 'recommendation' as const),
  });

  type Meter = ReturnType<typeof readMeter>;
  const measures = {
    list: (meter: Meter, of: Partial<Provenance>, ms: number) => meter.list(20)(listAnswer(of), ms),
    title: (meter: Meter, of: Partial<Provenance>, ms: number) => meter.title(titleAnswer(of), ms),
    recommendation: (meter: Meter, of: Partial<Provenance>, ms: number) =>
      meter.recommendation({ ...recommendAnswer([popular]), ...of }, ms),
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  /** A meter whose telemetry takes records, or has no method for them. */
  const opened = (records: boolean) => {
    const clock = virtualClock();
    const telemetry = recordingTelemetry();
    const { gathered: _, ...withoutRecords } = telemetry;
    const meter = readMeter({
      background: background(telemetry),
      telemetry: records ? telemetry : withoutRecords,
      clock,
      settings: defaultSettings,
    });
    return { clock, telemetry, meter };
  };

  it.each([true, false])('are those of one record for each read (records: %s)', async (records) => {
    await fc.assert(
      fc.asyncProperty(fc.array(read, { maxLength: 150, size: 'max' }), async (reads) => {
        const { clock, telemetry, meter } = opened(records);
        for (const { from, stale, latencyMs, afterMs, kind } of reads) {
          await clock.advance(afterMs);
          measures[kind](meter, { from, stale }, latencyMs);
        }
        await meter.flush();
        const hits = reads.filter(({ from }) => from === 'memory' || from === 'table').length;
        expect([telemetry.valuesOf('CacheHit').length, sum(telemetry.valuesOf('CacheHit'))]).toEqual([
          reads.length,
          hits,
        ]);
        expect(sum(telemetry.valuesOf('StaleReads'))).toBe(reads.filter(({ stale }) => stale).length);
        const latencies = telemetry.valuesOf('ReadLatency');
        expect(latencies).toHaveLength(reads.length);
        // Rounded to a hundredth, and where values were put together to a thousandth.
        const total = sum(reads.map(({ latencyMs }) => latencyMs));
        expect(Math.abs(sum(latencies) - total)).toBeLessThanOrEqual(0.006 * reads.length);
        expect(telemetry.records.length > 0).toBe(records && reads.length > 0);
      }),
    );
  });
});

describe('the usage counters of a read', () => {
  it('are those of the feed, of the title, and of every feed of a recommendation', async () => {
    const { meter, usage } = openMeter();
    meter.list(20)(listAnswer({ from: 'tmdb' }), 1);
    meter.title(titleAnswer({ stale: true }), 1);
    meter.recommendation(recommendAnswer([popular, 'trending/movie/global/en-US']), 1);
    await meter.flush();
    expect(usage.countersOf(feedsOf8)).toEqual({
      [`r:${popular}`]: 2,
      [`m:${popular}`]: 1,
      'r:trending/movie/global/en-US': 1,
    });
    expect(usage.countersOf('usage#2026-11-23T08#titles#55')).toEqual({ 'r:tv/1399': 1, 's:tv/1399': 1 });
  });

  it('are those of the title that was found by an id elsewhere, or of all others where none was', async () => {
    const { meter, usage } = openMeter();
    const by = { externalId: { source: 'imdb', id: 'tt0137523' } as const, matches: [] };
    meter.title({ ...titleAnswer({ from: 'tmdb' }), ...by }, 1);
    meter.title({ ...titleAnswer({ from: 'none' }), ...by, mediaType: null, id: null }, 1);
    await meter.flush();
    expect(usage.countersOf('usage#2026-11-23T08#titles#55')).toEqual({
      'r:tv/1399': 1,
      'm:tv/1399': 1,
      'r:~other': 1,
      'm:~other': 1,
    });
  });

  it('say how many pages beyond the first a list was asked for', async () => {
    const { meter, usage } = openMeter();
    for (const limit of [1, 20, 21, 60]) {
      meter.list(limit)(listAnswer(), 1);
    }
    await meter.flush();
    expect(usage.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 4, [`d:${popular}`]: 3 });
  });

  it('are written behind the read that finds the window over, with that read', async () => {
    const { meter, usage, clock, work } = openMeter();
    clock.jumpWallClock(-1_800_000);
    meter.list(20)(listAnswer(), 1);
    await clock.advance(300_000);
    expect(usage.adds).toEqual([]);
    meter.list(20)(listAnswer(), 1);
    await work.settled();
    expect(usage.adds).toHaveLength(1);
    expect(usage.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 2 });
  });

  it('of the hour before are written first when the first read of a new hour comes', async () => {
    const { meter, usage, clock, work } = openMeter();
    meter.list(20)(listAnswer(), 1);
    await clock.advance(3 * 3_600_000);
    meter.list(20)(listAnswer(), 1);
    await meter.flush();
    await work.settled();
    expect(usage.countersOf(feedsOf8)).toEqual({ [`r:${popular}`]: 1 });
    expect(usage.countersOf('usage#2026-11-23T11#feeds')).toEqual({ [`r:${popular}`]: 1 });
  });
});
