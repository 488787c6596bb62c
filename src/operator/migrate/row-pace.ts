import type { Clock } from '../../shared/core/clock.ts';

/** Waits until so many more rows may be taken; a fraction is a row that costs less. */
export type RowPace = (rows: number) => Promise<void>;

/**
 * A steady pace of `perSecond` rows: each take reserves its stretch of time before it waits, so that takes at the same time stand in a
 * row. What was not used is not saved up. A take returns at once when `signal` aborts.
 */
export function rowPace(perSecond: number, clock: Clock, signal: AbortSignal): RowPace {
  let dueMs = clock.monotonicMs();
  return async (rows) => {
    const nowMs = clock.monotonicMs();
    const startMs = Math.max(dueMs, nowMs);
    dueMs = startMs + (rows * 1_000) / perSecond;
    if (startMs > nowMs) {
      await clock.sleep(startMs - nowMs, signal);
    }
  };
}

/** A rewritten row of up to two KB takes two write units of the table, and out of an old index as many of that. */
const unitsPerRow = 2;
/** What is left is the pipeline's own. */
const shareOfUnits = 0.8;
/** A new table on demand bears 4,000 units a second at once. Source: DynamoDB developer guide, November 2026. */
const onDemandRowsPerSecond = 200;

/** The pace that a table bears beside its other work, in rows a second; `writeUnits` is `undefined` on demand. */
export function bearableRowsPerSecond(writeUnits: number | undefined): number {
  return writeUnits === undefined ? onDemandRowsPerSecond : (writeUnits * shareOfUnits) / unitsPerRow;
}
