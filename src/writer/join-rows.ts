import pLimit from 'p-limit';
import { RetryableError } from '../shared/core/errors.ts';
import { groupBy } from '../shared/core/group-by.ts';
import type { CatalogJoinedRow, CatalogStore } from '../shared/tables/catalog.ts';
import type { JoinedDraft, StoredRow } from '../shared/tables/joined-row.ts';
import { type RowDraft, rowKeyText } from '../shared/tables/row.ts';
import { failureOf } from '../shared/telemetry/describe-failure.ts';
import { type Candidate, keysOf } from './decide-rows.ts';
import type { RowOutcome, WritePace, WriteReport } from './write-rows.ts';

/** Two writers rarely join the same row at once, and each lost race means that another one won. */
const mostAttempts = 20;

type Drafts = readonly JoinedDraft<CatalogJoinedRow>[];

/** What joining needs. */
type JoinDependencies = { store: CatalogStore; pace: WritePace; parallelWrites: number };

/**
 * Joins `drafts` into the rows of the table: reads what stands there, joins, and replaces it unless another writer was faster; then it
 * starts over. Adds outcomes and units to `report`. A row that fails does not fail the others.
 * @throws when the rows cannot be read.
 */
export async function joinRows(
  drafts: Drafts,
  { store, pace, parallelWrites }: JoinDependencies,
  report: WriteReport,
): Promise<void> {
  const byKey = groupBy(drafts, rowKeyText);
  if (byKey.size === 0) {
    return;
  }
  const first = await store.readStored(
    [...byKey.values()].flatMap(([draft]) => draft ?? []),
    false,
  );
  report.readUnits += first.readUnits;
  const limit = pLimit(parallelWrites);
  const joins = [...byKey].map(([key, ofRow]) =>
    limit(async () => {
      try {
        report.outcomes.set(key, await joinRow(ofRow, first.rows.get(key), { store, pace }, report));
      } catch (error) {
        report.outcomes.set(key, { failed: failureOf(error) });
      }
    }),
  );
  await Promise.all(joins);
}

/** @throws RetryableError after twenty lost races in a row. */
async function joinRow(
  drafts: Drafts,
  first: StoredRow | undefined,
  { store, pace }: Pick<JoinDependencies, 'store' | 'pace'>,
  report: WriteReport,
): Promise<'write' | 'unchanged'> {
  let stored = first;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const seen = typeof stored?.version === 'string' ? stored.version : undefined;
    const joined = joinedOver(drafts, stored);
    if (joined === undefined || (joined.version === seen && drafts[0]?.versionOf(stored) === seen)) {
      return 'unchanged';
    }
    const row = joined.build();
    await pace.waitFor(row);
    const { replaced, writeUnits } = await store.replace(row, seen);
    report.writeUnits += writeUnits;
    if (replaced) {
      report.replaced.push({ mediaType: row.mediaType, seen, version: row.version });
      return 'write';
    }
    // What lost the race was read too early, so an eventually consistent read might be as old again.
    const again = await store.readStored([row], true);
    report.readUnits += again.readUnits;
    stored = again.rows.get(rowKeyText(row));
  }
  throw new RetryableError(
    'row_contended',
    `other writers replaced it ${mostAttempts} times while it was being joined`,
  );
}

function joinedOver(drafts: Drafts, stored: StoredRow | undefined): RowDraft<CatalogJoinedRow> | undefined {
  return drafts.reduce<RowDraft<CatalogJoinedRow> | undefined>(
    (below, draft) => draft.over(below === undefined ? stored : below.build()),
    undefined,
  );
}

/** The outcome of a message with joined rows, a whole title or reference data: `write` when any of its rows was written. */
export function joinedFate(candidate: Candidate, outcomes: ReadonlyMap<string, RowOutcome>): RowOutcome[] {
  const fates = keysOf(candidate).map((key) => outcomes.get(rowKeyText(key)) ?? 'superseded');
  return [fates.includes('write') ? 'write' : (fates.at(-1) ?? 'superseded')];
}
