/**
 * One batch of pages and titles into the tables:
 *
 *   merge all rows of the batch → read the present versions → conditional puts → feed heads of the pages that were written completely
 *
 * After a crash at any point a redelivery finds the written rows unchanged. Heads come last, so that a head never names a page that is
 * not in the table.
 */

import { RetryableError } from '../shared/core/errors.ts';
import { groupBy } from '../shared/core/group-by.ts';
import { batchCostMicroUsd } from '../shared/cost/run-cost.ts';
import { type Item, pageOutcomeOf } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogDraft, CatalogStore } from '../shared/tables/catalog.ts';
import type { FeedHead } from '../shared/tables/feed-head.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import { rowKeyText } from '../shared/tables/row.ts';
import { type Failure, failureOf } from '../shared/telemetry/describe-failure.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { type ChangeCounter, countChanges, countRereads } from './count-changes.ts';
import { type Candidate, candidateOf, keysOf, mergeRows } from './decide-rows.ts';
import { feedHeadFor, joinFeedHeads, sameFeedHead } from './join-feed-heads.ts';
import { joinedFate, joinRows } from './join-rows.ts';
import { type RowOutcome, type WritePace, type WriteReport, writeRows } from './write-rows.ts';

/** A page or a title with the id of the message that brought it. */
export type Delivery = { messageId: string; item: Item };

/** What the writer needs. */
export type ApplyDependencies = {
  store: CatalogStore;
  heads: FeedHeads;
  pace: WritePace;
  telemetry: Telemetry;
  /** Counts how much lists and titles change; without it nothing is counted. */
  changes?: ChangeCounter | undefined;
  settings: Settings;
};

/** Applies the items. @returns the ids of the messages that must be delivered again, with the reason. */
export async function applyItems(
  deliveries: readonly Delivery[],
  deps: ApplyDependencies,
): Promise<Map<string, Failure>> {
  const { settings, store, telemetry } = deps;
  const { candidates, failures } = candidatesOf(deliveries, settings);
  const merged = mergeRows(candidates);
  const { parallelWrites } = settings.writer;
  const report = await writeRows(merged, store, parallelWrites, deps.pace);
  const joined = candidates.flatMap((candidate) => candidate.joined ?? []);
  await joinRows(joined, { store, pace: deps.pace, parallelWrites }, report);
  failMessages(failures, candidates, report.outcomes);
  const applied = deliveries.filter(({ messageId }) => !failures.has(messageId));
  for (const [messageId, reason] of await advanceHeads(applied, report, deps)) {
    failures.set(messageId, reason);
  }
  reportBatch(deliveries.length, report, telemetry);
  const done = deliveries.filter(({ messageId }) => !failures.has(messageId));
  await countChangesOf(done, report, deps);
  reportPages(
    done,
    new Map(candidates.map((candidate) => [candidate.messageId, candidate])),
    merged,
    report.outcomes,
    telemetry,
  );
  return failures;
}

/** The rows of each message. A message that no rows can be made of fails alone. */
function candidatesOf(
  deliveries: readonly Delivery[],
  settings: Settings,
): { candidates: Candidate[]; failures: Map<string, Failure> } {
  const failures = new Map<string, Failure>();
  const candidates = deliveries.flatMap(({ messageId, item }) => {
    try {
      return [candidateOf(messageId, item, settings)];
    } catch (error) {
      failures.set(messageId, failureOf(error));
      return [];
    }
  });
  return { candidates, failures };
}

/** Fails the messages of which a row could not be written. */
function failMessages(
  failures: Map<string, Failure>,
  candidates: readonly Candidate[],
  outcomes: WriteReport['outcomes'],
): void {
  for (const candidate of candidates) {
    for (const row of keysOf(candidate)) {
      const outcome = outcomes.get(rowKeyText(row));
      if (typeof outcome === 'object') {
        const { code, detail } = outcome.failed;
        failures.set(candidate.messageId, { code, detail: `${row.mediaId} ${row.mediaType}: ${detail}` });
      }
    }
  }
}

/** Advances the head of each feed of the batch, after one read of all of them. A failure fails the messages of that feed. */
async function advanceHeads(
  deliveries: readonly Delivery[],
  report: WriteReport,
  deps: ApplyDependencies,
): Promise<Map<string, Failure>> {
  const pages = deliveries.flatMap(({ messageId, item }) =>
    item.kind === 'item-page' ? [{ messageId, head: feedHeadFor(item, deps.settings) }] : [],
  );
  const feeds = groupBy(pages, ({ head }) => head.id);
  const failures = new Map<string, Failure>();
  if (feeds.size === 0) {
    return failures;
  }
  const stored = deps.heads.read([...feeds.keys()]).then(({ heads, readUnits }) => {
    report.readUnits += readUnits;
    return { heads, readUnits: 0 };
  });
  await Promise.all(
    [...feeds.values()].map(async (ofOneFeed) => {
      try {
        const known = ofOneFeed.map(({ head }) => head).reduce(joinFeedHeads);
        const { writeUnits, readUnits } = await advanceHead(known, deps.heads, stored);
        report.writeUnits += writeUnits;
        report.readUnits += readUnits;
      } catch (error) {
        for (const { messageId } of ofOneFeed) {
          failures.set(messageId, failureOf(error));
        }
      }
    }),
  );
  return failures;
}

/** Consumed capacity units. */
export type Capacity = { writeUnits: number; readUnits: number };

/** Two writers rarely update the same feed at once, and each lost race means that another one won. */
const mostAttempts = 20;

/**
 * Joins `known` into the stored head of its feed: reads it, joins, and replaces it unless another writer was faster; then it starts over.
 * @param stored - the first read, where one read for several feeds is under way.
 * @throws RetryableError after twenty lost races in a row.
 */
export async function advanceHead(
  known: FeedHead,
  heads: FeedHeads,
  stored = heads.read([known.id]),
): Promise<Capacity> {
  const capacity = { writeUnits: 0, readUnits: 0 };
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const read = await (attempt === 1 ? stored : heads.read([known.id]));
    capacity.readUnits += read.readUnits;
    const seen = read.heads.get(known.id);
    const joined = seen === undefined ? known : joinFeedHeads(seen, known);
    if (seen !== undefined && sameFeedHead(seen, joined)) {
      return capacity;
    }
    const { replaced, writeUnits } = await heads.replace(joined, seen);
    capacity.writeUnits += writeUnits;
    if (replaced) {
      return capacity;
    }
  }
  throw new RetryableError('head_contended', `${known.id} changed ${mostAttempts} times while it was being updated`);
}

/** Counting fails no message: its rows are written. */
async function countChangesOf(
  done: readonly Delivery[],
  report: WriteReport,
  { changes, telemetry }: ApplyDependencies,
): Promise<void> {
  const pages = done.flatMap(({ item }) => (item.kind === 'item-page' ? [item] : []));
  try {
    await changes?.(countChanges(pages, report.before), countRereads(report.replaced));
  } catch (error) {
    telemetry.warn('the changes of lists and titles could not be counted', failureOf(error));
  }
}

function reportBatch(pages: number, report: WriteReport, telemetry: Telemetry): void {
  const outcomes = [...report.outcomes.values()];
  const rowsWritten = outcomes.filter((outcome) => outcome === 'write').length;
  const rowsUnchanged = outcomes.filter((outcome) => outcome === 'unchanged').length;
  const rowsSuperseded = outcomes.filter((outcome) => outcome === 'superseded').length;
  telemetry.metric('RowsWritten', rowsWritten);
  telemetry.metric('RowsUnchanged', rowsUnchanged);
  const { writeUnits, readUnits } = report;
  telemetry.metric('EstimatedCost', batchCostMicroUsd({ pages, writeUnits, readUnits }));
  telemetry.event({ event: 'batch-written', pages, rowsWritten, rowsUnchanged, rowsSuperseded, writeUnits, readUnits });
}

function reportPages(
  deliveries: readonly Delivery[],
  candidates: ReadonlyMap<string, Candidate>,
  merged: ReadonlyMap<string, CatalogDraft>,
  outcomes: WriteReport['outcomes'],
  telemetry: Telemetry,
): void {
  for (const { messageId, item } of deliveries) {
    const candidate = candidates.get(messageId);
    const fates =
      candidate?.joined === undefined ? listRowFates(candidate, merged, outcomes) : joinedFate(candidate, outcomes);
    const rejected = item.kind === 'item-page' ? item.rejected + item.persons : 0;
    telemetry.event({
      event: 'page-applied',
      runId: item.runId,
      jobId: item.jobId,
      received: fates.length + rejected,
      written: fates.filter((fate) => fate === 'write').length,
      unchanged: fates.filter((fate) => fate === 'unchanged').length,
      superseded: fates.filter((fate) => fate === 'superseded').length,
      rejected,
      ...(item.kind === 'item-page' && { outcome: pageOutcomeOf(item) }),
      ...(item.kind === 'item-details' && item.awaited === true && { awaited: true as const }),
    });
  }
}

/** The outcome of each list row: `write` when its title's row was written, otherwise that of its page. */
function listRowFates(
  candidate: Candidate | undefined,
  merged: ReadonlyMap<string, CatalogDraft>,
  outcomes: ReadonlyMap<string, RowOutcome>,
): RowOutcome[] {
  const fate = (row: CatalogDraft | undefined): RowOutcome | undefined => {
    if (row === undefined) {
      return undefined;
    }
    const winner = merged.get(rowKeyText(row));
    if (winner === row) {
      return outcomes.get(rowKeyText(row));
    }
    return winner?.version === row.version ? 'unchanged' : 'superseded';
  };
  const ofPage = fate(candidate?.page);
  return (candidate?.titles ?? []).map((title) => {
    const ofTitle = fate(title);
    return ofTitle === 'write' ? ofTitle : (ofPage ?? ofTitle ?? 'superseded');
  });
}
