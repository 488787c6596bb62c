import { type Feed, feedId } from '../../src/shared/feed.ts';
import type { Clock } from '../../src/shared/ports/clock.ts';
import type { PlacementRow } from '../../src/shared/table/placement-row.ts';
import type { TitleRow } from '../../src/shared/table/title-row.ts';
import { samplePlacementRow, sampleTitleRow } from './sample-rows.ts';

const hourMs = 3_600_000;

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

/** A row of `feed` at `rank`; its title's id is 1000 + rank, and its snapshot is that of its fetch. */
export function placed(
  feed: Feed,
  rank: number,
  { fetchedAt, ...life }: ReturnType<typeof times>,
  over: Partial<PlacementRow> = {},
): PlacementRow {
  const mediaType = feed.media === 'all' ? 'movie' : feed.media;
  const snapshot = `${fetchedAt.slice(0, 19)}Z.0badcafe`;
  return samplePlacementRow({
    mediaId: String(1_000 + rank),
    mediaType: `${mediaType}#${feedId(feed)}`,
    category: `${feed.category}/${feed.region}/${feed.language}`,
    contentType: `${feed.media}#${snapshot}#${String(9_999 - rank).padStart(4, '0')}`,
    version: snapshot,
    snapshot,
    rank,
    fetchedAt,
    ...life,
    title: `Film ${rank}`,
    posterPath: '/poster.jpg',
    ...over,
  });
}

/** The first `count` rows of `feed`. */
export function placedList(feed: Feed, count: number, life: ReturnType<typeof times>): PlacementRow[] {
  return Array.from({ length: count }, (_, index) => placed(feed, index + 1, life));
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
