import { type Clock, dayMs, hourMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { feedId, mediaTypes } from '../shared/core/feed.ts';
import { snapshotTimeMs } from '../shared/core/snapshot.ts';
import type { ItemPage } from '../shared/queues/item-page.ts';
import type { PresentRow } from '../shared/tables/catalog.ts';
import { rereadOf } from '../shared/tables/details-row.ts';
import { type ChangeKind, changesId, feedCounterName, titleChangesId } from '../shared/tables/feed-counters.ts';
import { listPageKey, placedTitles, placeOf } from '../shared/tables/list-page-row.ts';
import { rowKeyText } from '../shared/tables/row.ts';
import type { UsageCounters, UsageStore } from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { WriteReport } from './write-rows.ts';

/** Adds counted changes of lists, and of titles, to those that are stored. Never rejects. */
export type ChangeCounter = (lists: UsageCounters, titles?: UsageCounters) => Promise<void>;

/** Adds changes to the counters of the day, which are kept `keepDays` days. A failure is a warning only, since the rows are written. */
export function changeCounter(
  store: Pick<UsageStore, 'add'>,
  keepDays: number,
  clock: Clock,
  telemetry: Pick<Telemetry, 'warn'>,
): ChangeCounter {
  return async (lists, titles = {}) => {
    const nowMs = clock.nowMs();
    try {
      for (const [id, counters] of [[changesId(nowMs), lists] as const, [titleChangesId(nowMs), titles] as const]) {
        if (Object.keys(counters).length > 0) {
          await store.add(id, counters, nowMs + keepDays * dayMs);
        }
      }
    } catch (error) {
      telemetry.warn('the changes of lists and titles could not be counted', { detail: messageOf(error) });
    }
  };
}

/** How many details that were fetched again had changed, by media type, and after how many hours. `replaced`: joined rows of any kind. */
export function countRereads(replaced: WriteReport['replaced']): UsageCounters {
  const counters: Record<string, number> = {};
  for (const { mediaType, seen, version } of replaced) {
    const media = mediaTypes.find((one) => mediaType === `${one}+details`);
    const reread = media && seen && rereadOf(seen, version);
    if (media && reread) {
      const counted = { compared: 1, rowHours: reread.afterMs / hourMs, ...(reread.isChanged && { changed: 1 }) };
      addCounts(counters, media, counted);
    }
  }
  return counters;
}

function addCounts(
  counters: Record<string, number>,
  subject: string,
  counts: Partial<Record<ChangeKind, number>>,
): void {
  for (const [kind, count] of Object.entries(counts)) {
    const name = feedCounterName(kind as ChangeKind, subject);
    counters[name] = (counters[name] ?? 0) + count;
  }
}

/**
 * How much each page differs from what its feed showed before, summed by feed. A row counts as changed when it was at another rank or not
 * in the list. A page that was not in the table before, or that was delivered again, is not compared.
 * @param before - the rows before the pages were written, by row key.
 */
export function countChanges(pages: readonly ItemPage[], before: ReadonlyMap<string, PresentRow>): UsageCounters {
  const counters: Record<string, number> = {};
  for (const page of pages) {
    addCounts(counters, feedId(page.feed), changesOf(page, before));
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
