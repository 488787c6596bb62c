import pLimit from 'p-limit';
import type { CatalogDraft, CatalogStore, PresentRow } from '../shared/tables/catalog.ts';
import { type Failure, failureOf } from '../shared/telemetry/describe-failure.ts';
import { type Decision, decideRow } from './decide-rows.ts';
import type { WritePace } from './write-pace.ts';

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
