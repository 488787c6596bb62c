import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Distribution,
  emfValue,
  type GatheredMetrics,
  gatherSeconds,
  metricGatherer,
  mostEmfValues,
} from '../../../src/shared/telemetry/gathered-metrics.ts';
import type { MetricName } from '../../../src/shared/telemetry/metric-ledger.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** A read of a reader's life: how long after the one before it, and its values. */
type Read = { afterMs: number; latencyMs: number; hit: 0 | 1; stale: 0 | 1 };

/** Milliseconds to two places, as the reader rounds them: mostly short, with a tail. */
const latency = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_000_000 }) },
  )
  .map((hundredths) => hundredths / 100);
const read: fc.Arbitrary<Read> = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 30_000 })),
  latencyMs: latency,
  hit: fc.constantFrom(0, 1),
  stale: fc.constantFrom(0, 1),
});
const reads = fc.array(read, { minLength: 1, maxLength: 700, size: 'max' });

/** What a process writes for these reads, with the times; the last record is the one of its end. */
async function gathered(all: readonly Read[]) {
  const clock = virtualClock();
  const records: { atMs: number; metrics: GatheredMetrics }[] = [];
  const gatherer = metricGatherer((metrics) => records.push({ atMs: clock.monotonicMs(), metrics }), clock);
  for (const { afterMs, latencyMs, hit, stale } of all) {
    await clock.advance(afterMs);
    gatherer.add({ CacheHit: hit, StaleReads: stale, ReadLatency: latencyMs });
  }
  const beforeEnd = records.length;
  gatherer.flush();
  return { records, beforeEnd };
}

/** The values of a metric in some records, in order of size. */
function valuesOf(name: MetricName, records: readonly { metrics: GatheredMetrics }[]): number[] {
  return records.flatMap(({ metrics }) => expanded(metrics[name] ?? { values: [], counts: [] })).sort((a, b) => a - b);
}

function expanded({ values, counts }: Distribution): number[] {
  return values.flatMap((value, at) => Array.from({ length: counts[at] ?? 0 }, () => value));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** The nearest-rank percentile of sorted values. */
const percentile = (sorted: readonly number[], percent: number) =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;

describe('gathered metrics', () => {
  it('say the same as one record for each read: counts, sums and percentiles', async () => {
    await fc.assert(
      fc.asyncProperty(reads, async (all) => {
        const { records } = await gathered(all);
        const hits = valuesOf('CacheHit', records);
        expect([hits.length, sum(hits)]).toEqual([all.length, sum(all.map(({ hit }) => hit))]);
        const stale = valuesOf('StaleReads', records);
        expect([stale.length, sum(stale)]).toEqual([all.length, sum(all.map((one) => one.stale))]);
        const single = all.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
        const latencies = valuesOf('ReadLatency', records);
        expect(latencies).toHaveLength(single.length);
        // A mean is written to a thousandth of a millisecond.
        expect(Math.abs(sum(latencies) - sum(single))).toBeLessThanOrEqual(0.000_51 * single.length);
        for (const percent of [1, 50, 90, 95, 99, 100]) {
          const [is, was] = [percentile(latencies, percent), percentile(single, percent)];
          // Six decades in a hundred buckets: at most 17 %. CloudWatch's own percentiles have about 10 %.
          expect(Math.abs(is - was), `p${percent}`).toBeLessThanOrEqual(0.18 * was + 0.001);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are exact up to a hundred different values', async () => {
    const different = fc.uniqueArray(latency, { minLength: 1, maxLength: mostEmfValues });
    await fc.assert(
      fc.asyncProperty(different, fc.array(fc.nat({ max: 99 }), { maxLength: 400 }), async (values, more) => {
        const all = [...values, ...more.map((at) => values[at % values.length] ?? 0)];
        const { records } = await gathered(all.map((latencyMs) => ({ afterMs: 0, latencyMs, hit: 1, stale: 0 })));
        expect(valuesOf('ReadLatency', records)).toEqual(all.sort((a, b) => a - b));
      }),
    );
  });

  it('are within nine percent where reads take between 1 and 100 ms', async () => {
    const usual = fc.array(fc.integer({ min: 100, max: 10_000 }), { minLength: 500, maxLength: 2_000, size: 'max' });
    await fc.assert(
      fc.asyncProperty(usual, async (hundredths) => {
        const single = hundredths.map((one) => one / 100);
        const { records } = await gathered(single.map((latencyMs) => ({ afterMs: 0, latencyMs, hit: 1, stale: 0 })));
        const latencies = valuesOf('ReadLatency', records);
        single.sort((a, b) => a - b);
        for (const percent of [50, 95, 99]) {
          const [is, was] = [percentile(latencies, percent), percentile(single, percent)];
          expect(Math.abs(is / was - 1), `p${percent}`).toBeLessThan(0.09);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are one record in ten seconds at most, each of values that CloudWatch takes', async () => {
    await fc.assert(
      fc.asyncProperty(reads, async (all) => {
        const { records, beforeEnd } = await gathered(all);
        const times = records.slice(0, beforeEnd).map(({ atMs }) => atMs);
        for (const [at, time] of times.slice(1).entries()) {
          expect(time - (times[at] ?? 0)).toBeGreaterThanOrEqual(gatherSeconds * 1_000);
        }
        for (const { values, counts } of records.flatMap(({ metrics }) => Object.values(metrics))) {
          expect(values.length).toBeLessThanOrEqual(mostEmfValues);
          expect(values.every(Number.isFinite)).toBe(true);
          expect(counts.every((count) => Number.isInteger(count) && count > 0)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are written with the first read, with the first read after ten seconds, and at the end; never empty', async () => {
    const single = (afterMs: number): Read => ({ afterMs, latencyMs: 5, hit: 1, stale: 0 });
    const { records } = await gathered([single(0), single(9_999), single(0), single(1), single(20_000), single(1)]);
    expect(records.map(({ atMs, metrics }) => [atMs, metrics.CacheHit])).toEqual([
      [0, { values: [1], counts: [1] }],
      [10_000, { values: [1], counts: [3] }],
      [30_000, { values: [1], counts: [1] }],
      [30_001, { values: [1], counts: [1] }],
    ]);
    const { records: full } = await gathered([single(0)]);
    expect(full).toHaveLength(1);
  });
});

describe('the value of a metric in a record', () => {
  it('is a list up to a hundred values, and values with counts beyond', () => {
    expect(emfValue({ values: [1, 2.5], counts: [2, 1] })).toEqual([1, 1, 2.5]);
    expect(emfValue({ values: [0, 1], counts: [1, 99] })).toHaveLength(100);
    expect(emfValue({ values: [0, 1], counts: [1, 100] })).toEqual({ Values: [0, 1], Counts: [1, 100] });
  });
});
