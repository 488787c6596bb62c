import { describe, expect, it } from 'vitest';
import { priceTable } from '../../src/shared/cost/price-table.ts';
import { gatherSeconds } from '../../src/shared/telemetry/gathered-metrics.ts';
import { emfProblems } from '../support/emf-schema.ts';
import { startHandler } from '../support/handler-file.ts';

const sourceOf = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

/** The function's own output of reads in so many records, ten seconds apart: latencies from 1 ms to a second, one read in nine a miss. */
const writesRecords = `
  import { metricGatherer } from '${sourceOf('shared/telemetry/gathered-metrics.ts')}';
  import { powertoolsTelemetry } from '${sourceOf('shared/telemetry/powertools-telemetry.ts')}';
  const telemetry = powertoolsTelemetry('reader');
  let [nowMs, invocations] = [0, 0];
  const gathered = metricGatherer(telemetry.gathered, { monotonicMs: () => nowMs });
  export const handler = async ({ reads }) => {
    const startMs = nowMs;
    for (let n = 0; n < reads; n += 1) {
      nowMs = startMs + (10_000 * (n + 1)) / reads;
      const ReadLatency = Math.round(100 * Math.exp((n % 690) / 100)) / 100;
      gathered.add({ CacheHit: n % 9 === 0 ? 0 : 1, StaleReads: n % 5 === 0 ? 1 : 0, ReadLatency });
    }
    invocations += 1;
    console.log('end of invocation ' + invocations);
  };`;

/** How many values of a metric a record has. */
function countIn(record: string, name: string): number {
  const value = (JSON.parse(record) as Record<string, number[] | { Counts: number[] }>)[name];
  return Array.isArray(value) ? value.length : (value?.Counts ?? []).reduce((sum, count) => sum + count, 0);
}

/** Bytes that CloudWatch Logs counts for each event beside its message. Source: PutLogEvents, November 2026. */
const eventBytes = 26;

async function recordOf(...sizes: number[]): Promise<Map<number, string>> {
  const { invoke, line, lines } = startHandler(writesRecords);
  const written = () => lines.filter((text) => text.includes('"_aws"'));
  const records = new Map<number, string>();
  // The first read of a process is a record of its own.
  await invoke({ reads: 1 });
  await line('end of invocation 1');
  for (const [at, reads] of sizes.entries()) {
    const before = written().length;
    await invoke({ reads });
    await line(`end of invocation ${at + 2}`);
    const [record = '', ...others] = written().slice(before);
    expect(others).toEqual([]);
    records.set(reads, record);
  }
  return records;
}

describe('the log of reads', () => {
  it('is one record in the format of CloudWatch, however many reads it has', async () => {
    for (const [reads, record] of await recordOf(1, 10, 100, 101, 1_000, 20_000)) {
      expect(emfProblems(record)).toEqual([]);
      for (const name of ['CacheHit', 'StaleReads', 'ReadLatency']) {
        expect(countIn(record, name), `${name} of ${reads} reads`).toBe(reads);
      }
    }
  });

  it('takes 350 bytes a record and 12 for each read at most, and two kilobytes for any number of them', async () => {
    for (const [reads, record] of await recordOf(1, 10, 100, 101, 1_000, 20_000)) {
      const bytes = Buffer.byteLength(record) + eventBytes;
      expect(bytes, `${reads} reads`).toBeLessThanOrEqual(Math.min(350 + 12 * reads, 2_000));
    }
  });

  it('is at most a tenth of what a hundred reads a second cost, and at ten thousand a second too', async () => {
    const monthSeconds = 30 * 86_400;
    for (const [readsPerSecond, containers] of [
      [100, 10],
      [100, 50],
      [10_000, 400],
    ] as const) {
      // A container of 512 MB, 15 ms for a read; transfer and table apart, which only makes the share smaller.
      const usd = readsPerSecond * monthSeconds * (priceTable.lambdaRequest + 0.015 * 0.5 * priceTable.lambdaGbSecond);
      const readsOfRecord = Math.ceil((readsPerSecond * gatherSeconds) / containers);
      const record = (await recordOf(readsOfRecord)).get(readsOfRecord) ?? '';
      const bytes = Buffer.byteLength(record) + eventBytes;
      const logsUsd = ((containers * monthSeconds) / gatherSeconds) * (bytes / 1e9) * priceTable.logGb;
      expect(logsUsd / (usd + logsUsd), `${readsPerSecond} reads a second, ${containers} containers`).toBeLessThan(0.1);
    }
  });
});
