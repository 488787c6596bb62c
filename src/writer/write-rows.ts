import pLimit from 'p-limit';
import type { Clock } from '../shared/core/clock.ts';
import { tokenBucket } from '../shared/core/pace.ts';
import { writersAtMost } from '../shared/settings/event-source-pollers.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogDraft, CatalogJoinedRow, CatalogRow, CatalogStore, PresentRow } from '../shared/tables/catalog.ts';
import { rowBytes, writeUnitsFor } from '../shared/tables/row.ts';
import { type Failure, failureOf } from '../shared/telemetry/describe-failure.ts';
import { type Decision, decideRow } from './decide-rows.ts';

/** The outcome of a row. `failed` says why. */
export type RowOutcome = Decision | { failed: Failure };

/** Outcomes by row key, the rows before, and the consumed capacity units. */
export type WriteReport = {
  outcomes: Map<string, RowOutcome>;
  before: ReadonlyMap<string, PresentRow>;
  /** Joined rows that were written: the version that each replaced (`undefined`: there was none), and its own. */
  replaced: { mediaType: string; seen: string | undefined; version: string }[];
  writeUnits: number;
  readUnits: number;
};

/**
 * Brings the table to at least the versions of `rows`: reads the present versions, skips what is unchanged or superseded, and puts the rest
 * on condition that it is still newer, at most `parallelWrites` at a time and at the given pace. A row that fails does not fail the others.
 * @throws when the versions cannot be read.
 */
export async function writeRows(
  rows: ReadonlyMap<string, CatalogDraft>,
  store: CatalogStore,
  parallelWrites: number,
  pace: WritePace,
): Promise<WriteReport> {
  const { present, readUnits } = await store.readPresent([...rows.values()]);
  const report: WriteReport = { outcomes: new Map(), before: present, replaced: [], writeUnits: 0, readUnits };
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
    // Not written: since the versions were read, another writer has put the same or a newer one.
    report.outcomes.set(key, written ? 'write' : 'superseded');
  } catch (error) {
    report.outcomes.set(key, { failed: failureOf(error) });
  }
}

/**
 * Paces puts on a table with provisioned capacity: waits until `row` may be put. Table and index each have a token bucket of capacity units
 * that fills at the share of one writer and holds a minute of it. DynamoDB keeps five minutes of unused capacity, so that writers which
 * start with a full bucket are not throttled either.
 */
export type WritePace = { waitFor(row: CatalogRow | CatalogJoinedRow): Promise<void> };

/** How many seconds of its rate a bucket holds. */
const burstSeconds = 60;

/** The pace of one of the writers that run at once. On-demand tables are not paced. */
export function writePace({ capacity, writer }: Pick<Settings, 'capacity' | 'writer'>, clock: Clock): WritePace {
  if (capacity.mode === 'on-demand') {
    return { waitFor: async () => undefined };
  }
  const bucketOf = (unitsPerSecond: number) =>
    tokenBucket({ unitsPerSecond, burst: unitsPerSecond * burstSeconds }, clock);
  const writers = writersAtMost({ capacity, writer }) ?? 1;
  const table = bucketOf(capacity.catalog.writeUnits / writers);
  const index = bucketOf(capacity.index.writeUnits / writers);
  return {
    waitFor: async (row) => {
      const units = writeUnitsFor(rowBytes(row));
      await Promise.all([table(units), index('category' in row ? units : 0)]);
    },
  };
}
