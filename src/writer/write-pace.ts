/**
 * The writer's pace on a table of provisioned capacity. Table and index each have a bucket of units that fills at the share
 * of one writer and holds a minute of it; a put waits until both have what it takes. DynamoDB itself keeps five minutes of
 * unused capacity, so writers that have just started with a full bucket are not throttled either.
 */

import type { CatalogRow } from '../shared/tables/catalog.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { rowBytes, writeUnitsFor } from '../shared/tables/row-size.ts';

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
