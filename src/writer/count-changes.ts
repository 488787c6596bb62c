import { feedId } from '../shared/feed.ts';
import type { ItemPage } from '../shared/messages/item-page.ts';
import { snapshotTimeMs } from '../shared/snapshot.ts';
import { type ChangeKind, feedCounterName } from '../shared/table/feed-counters.ts';
import { placedAt, placementKey } from '../shared/table/placement-row.ts';
import { rowKeyText } from '../shared/table/row.ts';
import type { UsageCounters } from '../shared/table/usage-row.ts';

const hourMs = 3_600_000;

/**
 * How much of each page differs from what its feed showed before, summed by feed: a row counts as changed that stood at another
 * rank, or not at all. A page none of whose titles stood there is a first fill, which tells nothing; nor does one that came again.
 * @param before - versions of the rows before the pages were written, by row key.
 */
export function countChanges(pages: readonly ItemPage[], before: ReadonlyMap<string, string>): UsageCounters {
  const counters: Record<string, number> = {};
  for (const page of pages) {
    for (const [kind, count] of Object.entries(changesOf(page, before))) {
      const name = feedCounterName(kind as ChangeKind, feedId(page.feed));
      counters[name] = (counters[name] ?? 0) + count;
    }
  }
  return counters;
}

function changesOf(page: ItemPage, before: ReadonlyMap<string, string>): Partial<Record<ChangeKind, number>> {
  const rows = page.titles.map(({ mediaType, id, rank }) => {
    const version = before.get(rowKeyText(placementKey(page.feed, mediaType, id)));
    const stood = version === undefined ? undefined : placedAt(version);
    return { rank, stood: stood !== undefined && stood.snapshot < page.snapshot ? stood : undefined };
  });
  const earlier = rows
    .flatMap(({ stood }) => stood?.snapshot ?? [])
    .sort()
    .at(-1);
  if (earlier === undefined) {
    return {};
  }
  const changed = rows.filter(({ rank, stood }) => stood?.snapshot !== earlier || stood.rank !== rank).length;
  const hours = (snapshotTimeMs(page.snapshot) - snapshotTimeMs(earlier)) / hourMs;
  return { compared: rows.length, rowHours: rows.length * hours, ...(changed > 0 ? { changed } : {}) };
}
