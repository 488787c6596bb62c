import { type MediaType, mediaTypes } from '../../shared/core/feed.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import type { CatalogReader } from '../../shared/tables/catalog.ts';
import { isLive, rowKeyText } from '../../shared/tables/row.ts';
import { titleKey } from '../../shared/tables/title-row.ts';

/** A title as the counters name it. */
export type TitleRef = { mediaType: MediaType; id: number };

/** `movie/550` as a title; `undefined` for what is none. */
export function parseTitleSubject(subject: string): TitleRef | undefined {
  const [media, idText = '', ...rest] = subject.split('/');
  const mediaType = mediaTypes.find((known) => known === media);
  const isTitle =
    mediaType !== undefined && /^[1-9]\d{0,15}$/.test(idText) && Number(idText) <= maxTmdbId && rest.length === 0;
  return isTitle ? { mediaType, id: Number(idText) } : undefined;
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
