/**
 * Gathers the values of metrics that are measured often, so that many of them become one record. Counts and sums of a record are those of
 * its values, so averages and sample counts are exact; a percentile differs by the width of a bucket at most.
 */
import type { Clock } from '../core/clock.ts';
import type { MetricName } from './metric-ledger.ts';

/** Values of a metric, and how often each of them occurred, in the same order. */
export type Distribution = { readonly values: readonly number[]; readonly counts: readonly number[] };

/** One record: what was gathered of each metric. */
export type GatheredMetrics = Readonly<Partial<Record<MetricName, Distribution>>>;

/** A container writes at most one record in this time. Until it is over, what is gathered exists in memory only. */
export const gatherSeconds = 10;

/**
 * The most different values in one record of the embedded metric format.
 * Source: "Specification: Embedded metric format", Amazon CloudWatch user guide, November 2026.
 */
export const mostEmfValues = 100;

/** The first width of a bucket, as a share of its values. It doubles for as long as there are too many buckets. */
const firstWidth = 0.01;

type MetricGatherer = {
  /** Adds one value of each metric, and writes a record if the last one was written `gatherSeconds` ago or earlier. */
  add(values: Readonly<Partial<Record<MetricName, number>>>): void;
  /** Writes what is gathered, if there is anything. */
  flush(): void;
};

/**
 * A gatherer of one process. The first value is written at once, so that a process with few of them writes each as it comes; a process that
 * ends without a flush loses what it gathered since its last record.
 */
export function metricGatherer(write: (gathered: GatheredMetrics) => void, clock: Clock): MetricGatherer {
  let gathered = new Map<MetricName, ValueCounter>();
  let writtenMs = Number.NEGATIVE_INFINITY;
  const flush = () => {
    if (gathered.size > 0) {
      const full = gathered;
      gathered = new Map();
      writtenMs = clock.monotonicMs();
      write(Object.fromEntries([...full].map(([name, counter]) => [name, counter.distribution()])));
    }
  };
  return {
    add: (values) => {
      for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
        const counter = gathered.get(name) ?? valueCounter();
        counter.add(value);
        gathered.set(name, counter);
      }
      if (clock.monotonicMs() - writtenMs >= gatherSeconds * 1_000) {
        flush();
      }
    },
    flush,
  };
}

type ValueCounter = { add(value: number): void; distribution(): Distribution };
type Bucket = { sum: number; count: number };

/** Counts values of 0 and more: each value on its own, or in buckets on a logarithmic scale once there are too many different ones. */
function valueCounter(): ValueCounter {
  let buckets = new Map<number, Bucket>();
  /** 0: a bucket for each value. */
  let width = 0;
  const put = (value: number, { sum, count }: Bucket) => {
    const key = width === 0 ? value : Math.floor(Math.log(value) / width);
    const known = buckets.get(key);
    buckets.set(key, { sum: (known?.sum ?? 0) + sum, count: (known?.count ?? 0) + count });
  };
  return {
    add: (value) => {
      put(value, { sum: value, count: 1 });
      while (buckets.size > mostEmfValues) {
        const finer = buckets;
        width = width === 0 ? firstWidth : 2 * width;
        buckets = new Map();
        for (const bucket of finer.values()) {
          put(bucket.sum / bucket.count, bucket);
        }
      }
    },
    distribution: () => {
      const sorted = [...buckets.values()].sort((a, b) => a.sum / a.count - b.sum / b.count);
      return {
        values: sorted.map(({ sum, count }) => Math.round((1_000 * sum) / count) / 1_000),
        counts: sorted.map(({ count }) => count),
      };
    },
  };
}

/**
 * A distribution as the value of a metric in a record of the embedded metric format. The specification has a list of up to a hundred
 * values. CloudWatch also takes values with counts, as its own agent and AWS's libraries write them, and only these can hold more.
 */
export function emfValue({ values, counts }: Distribution): number[] | { Values: number[]; Counts: number[] } {
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum <= mostEmfValues
    ? values.flatMap((value, at) => Array.from({ length: counts[at] ?? 0 }, () => value))
    : { Values: [...values], Counts: [...counts] };
}
