import { type Clock, hourMs } from '../../src/shared/core/clock.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { type OnPage, pageContent, pageKeys } from './list-pages.ts';
import { sampleListPage, sampleTitleRow } from './sample-rows.ts';

/** Ages of a row in hours: fetched so long ago, stale in so long, gone in so long. Whole seconds, as the table keeps them. */
export type Age = { fetchedAgoHours?: number; staleInHours?: number; goneInHours?: number };

/** The times of a row that is looked at on `clock`; by default it is an hour old, fresh for a day and there for three. */
export function times(
  clock: Pick<Clock, 'nowMs'>,
  { fetchedAgoHours = 1, staleInHours = 23, goneInHours = 71 }: Age = {},
) {
  const nowMs = clock.nowMs();
  return {
    fetchedAt: new Date(nowMs - fetchedAgoHours * hourMs).toISOString(),
    freshUntil: new Date(nowMs + staleInHours * hourMs).toISOString(),
    expiresAt: Math.floor((nowMs + goneInHours * hourMs) / 1_000),
  };
}

/** A page of `feed` with `titles`; its snapshot is that of its fetch. */
export function listPage(
  feed: Feed,
  page: number,
  { fetchedAt, ...life }: ReturnType<typeof times>,
  titles: readonly OnPage[],
  over: Partial<ListPageRow> = {},
): ListPageRow {
  const snapshot = `${fetchedAt.slice(0, 19)}Z.0badcafe`;
  const mediaType = feed.media === 'all' ? 'movie' : feed.media;
  const content = pageContent(titles.map((title) => ({ mediaType, ...title })));
  return sampleListPage({
    ...pageKeys(feed, page),
    version: snapshot,
    snapshot,
    fetchedAt,
    ...life,
    ...content,
    ...over,
  });
}

/** The title of `feed` at `rank`, alone on a page of that number: it has a life of its own. Its id is 1000 + rank. */
export function placed(
  feed: Feed,
  rank: number,
  life: ReturnType<typeof times>,
  { row, ...title }: OnPage & { row?: Partial<ListPageRow> } = {},
): ListPageRow {
  return listPage(feed, rank, life, [{ rank, ...title }], row);
}

/** The first `count` titles of `feed`, twenty on a page; their ids count from `firstId` on. */
export function placedList(feed: Feed, count: number, life: ReturnType<typeof times>, firstId = 1_001): ListPageRow[] {
  return Array.from({ length: Math.ceil(count / 20) }, (_, page) => {
    const onPage = Array.from({ length: Math.min(20, count - 20 * page) }, (_each, index) => 20 * page + index);
    const titles = onPage.map((index) => ({ rank: index + 1, id: firstId + index, title: `Film ${index + 1}` }));
    return listPage(feed, page + 1, life, titles);
  });
}

/** The row of film `id` in `language`; en-US is the settings' own. */
export function titled(
  id: number,
  life: ReturnType<typeof times>,
  { language = 'en-US', ...over }: Partial<TitleRow> & { language?: string } = {},
): TitleRow {
  return sampleTitleRow({
    mediaId: String(id),
    mediaType: language === 'en-US' ? 'movie' : `movie@${language}`,
    version: life.fetchedAt,
    ...life,
    title: `Film ${id}`,
    posterPath: '/poster.jpg',
    ...over,
  });
}
