/**
 * The layout of the design, as the peers write it: a row for each title and one for each place of a title in a list, which the index
 * sorts by snapshot and rank (docs/adr/0002).
 */

import { isoFromMs, msFromIso } from '../src/shared/core/clock.ts';
import { feedId } from '../src/shared/core/feed.ts';
import { canonicalJson, stableHash } from '../src/shared/core/stable-hash.ts';
import type { ItemPage, ListedTitle } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { cardOf, encodeCard } from '../src/shared/tables/card.ts';
import { feedPartition, feedPrefix } from '../src/shared/tables/list-page-row.ts';
import { rowBytes, rowKeyText, rowSchemaVersion } from '../src/shared/tables/row.ts';
import { listPageLife } from '../src/shared/tables/row-life.ts';
import { type TitleRow, titleRowFor } from '../src/shared/tables/title-row.ts';
import { hasTranslation } from '../src/writer/decide-rows.ts';

/** A title's place in a list, with its card as the list showed it there. */
export type PlacementRow = TitleRow & { category: string; contentType: string; snapshot: string; rank: number };

/** The placement rows and the title rows that pages ask for, each once. The titles' are those of this project's table. */
export function placementLayoutOf(pages: readonly ItemPage[]): { placements: PlacementRow[]; titles: TitleRow[] } {
  return {
    placements: eachOnce(pages.flatMap((page) => page.titles.map((listed) => placementRowFor(page, listed)))),
    titles: eachOnce(pages.flatMap(titleRowsOf)),
  };
}

/** Of rows with the same key the one of the greatest version. */
function eachOnce<T extends TitleRow>(rows: readonly T[]): T[] {
  const byKey = new Map<string, T>();
  for (const row of rows) {
    const version = byKey.get(rowKeyText(row))?.version;
    if (version === undefined || version < row.version) {
      byKey.set(rowKeyText(row), row);
    }
  }
  return [...byKey.values()];
}

function titleRowsOf({ feed: { language }, fetchedAt, titles }: ItemPage): TitleRow[] {
  return titles
    .filter((listed) => hasTranslation(language, listed, defaultSettings))
    .map((listed) => titleRowFor({ language, fetchedAt }, listed, defaultSettings));
}

function placementRowFor(page: ItemPage, listed: ListedTitle): PlacementRow {
  const { feed, snapshot } = page;
  const { rank, mediaType, id } = listed;
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const life = listPageLife(feed, snapshot, fetchedAtMs, defaultSettings);
  const others: Omit<PlacementRow, keyof ReturnType<typeof encodeCard>> = {
    mediaId: String(id),
    mediaType: `${mediaType}#${feedId(feed)}`,
    category: feedPartition(feed),
    contentType: `${feedPrefix(feed)}${snapshot}#${String(9_999 - rank).padStart(4, '0')}`,
    snapshot,
    rank,
    schemaVersion: rowSchemaVersion,
    version: versionOf(snapshot, fetchedAtMs, listed),
    source: 'tmdb',
    fetchedAt: isoFromMs(fetchedAtMs),
    freshUntil: isoFromMs(life.freshUntilMs),
    expiresAt: Math.floor(life.expiresAtMs / 1_000),
  };
  return { ...others, ...encodeCard(cardOf(listed), rowBytes(others)) };
}

/** Newer snapshot first, within one the first fetch, in that the better rank; last a digest. */
function versionOf(snapshot: string, fetchedAtMs: number, listed: ListedTitle): string {
  const earlier = String(9_999_999_999_999 - fetchedAtMs).padStart(13, '0');
  const better = String(99_999 - listed.rank).padStart(5, '0');
  return `${snapshot}#${earlier}#${better}#${stableHash(canonicalJson(listed), 8)}`;
}
