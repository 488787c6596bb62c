import pLimit from 'p-limit';
import type { Clock } from '../shared/core/clock.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { CatalogDraft, CatalogRow, CatalogStore, PresentRow } from '../shared/tables/catalog.ts';
import { rowBytes, writeUnitsFor } from '../shared/tables/row.ts';
import { type Failure, failureOf } from '../shared/telemetry/describe-failure.ts';
import { type Decision, decideRow } from './decide-rows.ts';

/**
 * The writer's pace on a table of provisioned capacity. Table and index each have a bucket of units that fills at the share
 * of one writer and holds a minute of it; a put waits until both have what it takes. DynamoDB itself keeps five minutes of
 * unused capacity, so writers that have just started with a full bucket are not throttled either.
 */

/** Waits until `row` may be put. */
export type WritePace = { waitFor(row: CatalogRow): Promise<void> };

/** Units that are left and when that was; negative when they are promised already. */
export type Bucket = { units: number; atMs: number };

/** How many seconds of its rate a bucket holds. */
const burstSeconds = 60;

/** A full bucket. */
export function fullBucket(unitsPerSecond: number, nowMs: number): Bucket {
  return { units: unitsPerSecond * burstSeconds, atMs: nowMs };
}

/** Takes `units` out of a bucket, at once; `waitMs` is when they are really there. */
export function takeUnits(
  bucket: Bucket,
  units: number,
  unitsPerSecond: number,
  nowMs: number,
): { bucket: Bucket; waitMs: number } {
  const elapsedSeconds = Math.max(0, nowMs - bucket.atMs) / 1_000;
  const filled = Math.min(unitsPerSecond * burstSeconds, bucket.units + elapsedSeconds * unitsPerSecond);
  const left = filled - units;
  return { bucket: { units: left, atMs: nowMs }, waitMs: left >= 0 ? 0 : (-left / unitsPerSecond) * 1_000 };
}

/** The pace of one of `writer.maximumConcurrency` writers; none on demand. */
export function writePace({ capacity, writer }: Pick<Settings, 'capacity' | 'writer'>, clock: Clock): WritePace {
  if (capacity.mode === 'on-demand') {
    return { waitFor: async () => undefined };
  }
  const tableRate = capacity.catalog.writeUnits / writer.maximumConcurrency;
  const indexRate = capacity.index.writeUnits / writer.maximumConcurrency;
  let table = fullBucket(tableRate, clock.monotonicMs());
  let index = fullBucket(indexRate, clock.monotonicMs());
  return {
    waitFor: async (row) => {
      const units = writeUnitsFor(rowBytes(row));
      const nowMs = clock.monotonicMs();
      const ofTable = takeUnits(table, units, tableRate, nowMs);
      const ofIndex = takeUnits(index, 'category' in row ? units : 0, indexRate, nowMs);
      table = ofTable.bucket;
      index = ofIndex.bucket;
      const waitMs = Math.max(ofTable.waitMs, ofIndex.waitMs);
      if (waitMs > 0) {
        await clock.sleep(waitMs);
      }
    },
  };
}

/** What became of a row. `failed` says why. */
export type RowOutcome = Decision | { failed: Failure };

/** Outcomes by row key, what stood before, and the capacity it took. */
export type WriteReport = {
  outcomes: Map<string, RowOutcome>;
  before: ReadonlyMap<string, PresentRow>;
  writeUnits: number;
  readUnits: number;
};

/**
 * Brings the table to at least the versions of `rows`: reads the present versions, leaves what is unchanged or superseded,
 * and puts the rest on condition that it is still newer, `parallelWrites` at a time and at the table's pace. One row's failure is its own.
 * @throws when the versions cannot be read.
 */
export async function writeRows(
  rows: ReadonlyMap<string, CatalogDraft>,
  store: CatalogStore,
  parallelWrites: number,
  pace: WritePace,
): Promise<WriteReport> {
  const { present, readUnits } = await store.readPresent([...rows.values()]);
  const report: WriteReport = { outcomes: new Map(), before: present, writeUnits: 0, readUnits };
  const limit = pLimit(parallelWrites);
  const puts = [...rows].map(([key, draft]) => {
    const decision = decideRow(draft.version, present.get(key)?.version);
    if (decision !== 'write') {
      report.outcomes.set(key, decision);
      return undefined;
    }
    return limit(() => putRow(key, draft, store, pace, report));
  });
  await Promise.all(puts);
  return report;
}

async function putRow(
  key: string,
  draft: CatalogDraft,
  store: CatalogStore,
  pace: WritePace,
  report: WriteReport,
): Promise<void> {
  try {
    const row = draft.build();
    await pace.waitFor(row);
    const { written, writeUnits } = await store.putIfNewer(row);
    report.writeUnits += writeUnits;
    // Refused: another writer put the same or a greater version since the versions were read.
    report.outcomes.set(key, written ? 'write' : 'superseded');
  } catch (error) {
    report.outcomes.set(key, { failed: failureOf(error) });
  }
}
