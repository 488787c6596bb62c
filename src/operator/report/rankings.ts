import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../../shared/tables/catalog.ts';
import { isLive, rowKeyText } from '../../shared/tables/row.ts';
import { titleKey } from '../../shared/tables/title-row.ts';
import { otherSubject, parseTitleSubject, type TitleRef } from '../../shared/tables/usage-store.ts';
import { noReads, type ReadCounts, type ReadFigures, withShares } from './hour-usage.ts';

/** A feed in a ranking. */
export type RankedFeed = { feed: string } & ReadFigures;

/** A title in a ranking; `title` is `null` where the table does not hold it. */
export type RankedTitle = TitleRef & { title: string | null } & ReadFigures;

/** One subject of a ranking. */
export type Ranked = { subject: string } & ReadFigures;

/** Both ends of a ranking, and what was not counted by name. */
export type Ranking = { most: Ranked[]; least: Ranked[]; notByName: number };

/**
 * The `top` most and least read subjects; equal ones by name. Subjects in `known` that were not read are among the least read.
 */
export function rankSubjects(
  reads: ReadonlyMap<string, ReadCounts>,
  top: number,
  known: readonly string[] = [],
): Ranking {
  const all = new Map([...known.map((subject) => [subject, noReads] as const), ...reads]);
  const other = all.get(otherSubject)?.reads ?? 0;
  all.delete(otherSubject);
  const named = [...all].map(([subject, counts]) => ({ subject, ...withShares(counts) }));
  const byName = (a: Ranked, b: Ranked) => (a.subject < b.subject ? -1 : 1);
  return {
    most: named
      .filter(({ reads: count }) => count > 0)
      .sort((a, b) => b.reads - a.reads || byName(a, b))
      .slice(0, top),
    least: named.sort((a, b) => a.reads - b.reads || byName(a, b)).slice(0, top),
    notByName: other,
  };
}

/** Names in the default language, by subject, of those titles that the table still holds. */
export async function nameTitles(
  catalog: CatalogReader,
  subjects: readonly string[],
  settings: Settings,
  nowMs: number,
): Promise<Map<string, string>> {
  const keys = [...new Set(subjects)].flatMap((subject) => {
    const ref = parseTitleSubject(subject);
    return ref === undefined
      ? []
      : [{ subject, key: titleKey(ref.mediaType, ref.id, settings.defaultLanguage, settings) }];
  });
  const rows = await catalog.readTitles(keys.map(({ key }) => key));
  return new Map(
    keys.flatMap(({ subject, key }) => {
      const row = rows.get(rowKeyText(key));
      return row !== undefined && isLive(row, nowMs) ? [[subject, row.title] as const] : [];
    }),
  );
}
