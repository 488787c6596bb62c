import { type Clock, dayMs, hourMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { feedId } from '../shared/core/feed.ts';
import { snapshotTimeMs } from '../shared/core/snapshot.ts';
import type { ItemPage } from '../shared/queues/item-page.ts';
import type { PresentRow } from '../shared/tables/catalog.ts';
import { type ChangeKind, changesId, feedCounterName } from '../shared/tables/feed-counters.ts';
import { listPageKey, placedTitles, placeOf } from '../shared/tables/list-page-row.ts';
import { rowKeyText } from '../shared/tables/row.ts';
import type { UsageCounters, UsageStore } from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** Adds counted changes of lists to those that are stored. Never rejects. */
export type ChangeCounter = (counters: UsageCounters) => Promise<void>;

/** Adds changes to the counters of the day, which are kept `keepDays` days. A failure is a warning only, since the rows are written. */
export function changeCounter(
  store: Pick<UsageStore, 'add'>,
  keepDays: number,
  clock: Clock,
  telemetry: Pick<Telemetry, 'warn'>,
): ChangeCounter {
  return async (counters) => {
    if (Object.keys(counters).length === 0) {
      return;
    }
    const nowMs = clock.nowMs();
    try {
      await store.add(changesId(nowMs), counters, nowMs + keepDays * dayMs);
    } catch (error) {
      telemetry.warn('the changes of the lists could not be counted', { detail: messageOf(error) });
    }
  };
}

/**
 * How much each page differs from what its feed showed before, summed by feed. A row counts as changed when it was at another rank or not
 * in the list. A page that was not in the table before, or that was delivered again, is not compared.
 * @param before - the rows before the pages were written, by row key.
 */
export function countChanges(pages: readonly ItemPage[], before: ReadonlyMap<string, PresentRow>): UsageCounters {
  const counters: Record<string, number> = {};
  for (const page of pages) {
    for (const [kind, count] of Object.entries(changesOf(page, before))) {
      const name = feedCounterName(kind as ChangeKind, feedId(page.feed));
      counters[name] = (counters[name] ?? 0) + count;
    }
  }
  return counters;
}

function changesOf(page: ItemPage, before: ReadonlyMap<string, PresentRow>): Partial<Record<ChangeKind, number>> {
  const stood = before.get(rowKeyText(listPageKey(page.feed, page.page)));
  if (stood?.snapshot === undefined || stood.snapshot >= page.snapshot) {
    return {};
  }
  const places = new Set(stood.places);
  const rows = placedTitles(page);
  if (rows.length === 0) {
    return {};
  }
  const changed = rows.filter((listed) => !places.has(placeOf(listed))).length;
  const hours = (snapshotTimeMs(page.snapshot) - snapshotTimeMs(stood.snapshot)) / hourMs;
  return { compared: rows.length, rowHours: rows.length * hours, ...(changed > 0 ? { changed } : {}) };
}
