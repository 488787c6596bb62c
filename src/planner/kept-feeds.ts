/** What each schedule keeps: the feeds of the base plan, whatever is fetched of them. */
import { msFromIso } from '../shared/core/clock.ts';
import {
  type Feed,
  feedId,
  genreIdOf,
  type MediaType,
  mediaTypes,
  parseFeedId,
  rowsPerPage,
} from '../shared/core/feed.ts';
import type { ScheduledRequest } from '../shared/queues/plan-request.ts';
import { latestOccurrenceMs } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { assembleList } from '../shared/tables/read-list.ts';
import { dailyPlan, type PlannedFeed, type TopGenres, weeklyPlan } from './base-plan.ts';
import type { LearnedDemand } from './learned-demand.ts';
import type { ScheduleSources } from './schedule-sources.ts';
import { topGenres } from './top-genres.ts';

/** Feeds of an occurrence, those that any schedule keeps, and those (as ids) that a run of the same minute fetches. */
export type KeptFeeds = { planned: PlannedFeed[]; all: Feed[]; elsewhere: ReadonlySet<string>; notes: string[] };

/** What the schedule keeps: its own feeds, and a refresh everything. */
export async function keptFeeds(
  { schedule, occurrence }: ScheduledRequest,
  demand: LearnedDemand | undefined,
  deps: ScheduleSources,
): Promise<KeptFeeds> {
  const { settings } = deps;
  const daily = dailyPlan(settings);
  if (schedule === 'daily') {
    return { planned: daily, all: daily.map(({ feed }) => feed), elsewhere: new Set(), notes: [] };
  }
  const genres = await genresInTable(demand, deps);
  const notes = mediaTypes.flatMap((media) => missingGenres(media, genres, settings));
  const weekly = weeklyPlan(genres, settings);
  const all = [...daily, ...weekly].map(({ feed }) => feed);
  const atMs = msFromIso(occurrence);
  const runsToo = (name: 'daily' | 'weekly') => latestOccurrenceMs(name, atMs, settings.schedules) === atMs;
  const elsewhere = [...(runsToo('daily') ? daily : []), ...(runsToo('weekly') ? weekly : [])];
  return {
    planned: schedule === 'weekly' ? weekly : [...daily, ...weekly],
    all,
    elsewhere: new Set(elsewhere.map(({ feed }) => feedId(feed))),
    notes,
  };
}

/** Weighs the genres of what the daily lists hold, and of what is read of them. */
async function genresInTable(
  demand: LearnedDemand | undefined,
  { catalog, clock, settings }: ScheduleSources,
): Promise<TopGenres> {
  const count = settings.feeds.genre.topGenres;
  const byMedia = await Promise.all(
    mediaTypes.map(async (media) => {
      const feeds = dailyPlan(settings).filter(({ feed }) => feed.media === media);
      const lists = await Promise.all(
        feeds.map(async ({ feed, pages }) => {
          const rows = pages * rowsPerPage;
          return assembleList(await catalog.listPages(feed, rows), rows, clock.nowMs());
        }),
      );
      return topGenres(lists.flat(), media, count, genreReads(media, demand));
    }),
  );
  return { movie: byMedia[0] ?? [], tv: byMedia[1] ?? [] };
}

/** Reads of genre feeds by genre id. */
function genreReads(media: MediaType, demand: LearnedDemand | undefined): Map<number, number> {
  const reads = new Map<number, number>();
  for (const id of demand?.readFeeds() ?? []) {
    const feed = parseFeedId(id);
    const genre = feed?.media === media ? genreIdOf(feed.category) : undefined;
    if (genre !== undefined) {
      reads.set(genre, (reads.get(genre) ?? 0) + (demand?.readsSoFar(id) ?? 0));
    }
  }
  return reads;
}

function missingGenres(media: MediaType, genres: TopGenres, settings: Settings): string[] {
  const missing = settings.feeds.genre.topGenres - genres[media].length;
  return missing === 0
    ? []
    : [`${missing} ${media} genre feeds left out: the table's lists name ${genres[media].length} genres so far`];
}
