import { byReads, type LearnedDemand } from '../demand/learned-demand.ts';
import { themesInSeason } from '../demand/theme-calendar.ts';
import { hourMs } from '../shared/core/clock.ts';
import { type Feed, feedId, globalRegion, mediaTypes, parseFeedId } from '../shared/core/feed.ts';
import { isInDayPart } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { PlannedFeed } from './base-plan.ts';

/** A feed that warming proposes. `trial`: it may be fetched once a week although nobody has read it yet. */
export type WarmFeed = { feed: Feed; why: string; trial: boolean };

/** Proposals whose state in the table is looked up: the most read come first. */
const mostProposals = 40;

/**
 * What no schedule keeps and readers are expected to ask for until `untilMs`: what they have read before, the genres of the day-parts
 * that come, and the themes in season, these in each configured language and also where nobody has read them yet.
 */
export function warmFeeds(
  kept: readonly Pick<PlannedFeed, 'feed'>[],
  demand: LearnedDemand,
  nowMs: number,
  untilMs: number,
  settings: Settings,
): WarmFeed[] {
  const proposed = new Map<string, WarmFeed>();
  const known = new Set(kept.map(({ feed }) => feedId(feed)));
  for (const one of [...readBefore(demand), ...ofDayParts(nowMs, untilMs, settings), ...inSeason(nowMs, settings)]) {
    const id = feedId(one.feed);
    const before = proposed.get(id);
    if (!known.has(id)) {
      proposed.set(id, { ...one, why: before?.why ?? one.why, trial: one.trial || (before?.trial ?? false) });
    }
  }
  const { leastReads } = settings.planner.adaptive;
  return [...proposed.values()]
    .filter(({ feed, trial }) => trial || demand.reads(feed, nowMs, untilMs) >= leastReads)
    .slice(0, mostProposals);
}

function readBefore(demand: LearnedDemand): WarmFeed[] {
  return byReads(demand).flatMap((id) => {
    const feed = parseFeedId(id);
    return feed === undefined ? [] : [{ feed, why: 'read, though no schedule keeps it', trial: false }];
  });
}

/** Day-parts go by the reader's clock; whoever reads by UTC reads in one of them at any hour. */
function ofDayParts(nowMs: number, untilMs: number, { reader, defaultLanguage }: Settings): WarmFeed[] {
  const hours = Array.from({ length: Math.ceil((untilMs - nowMs) / hourMs) }, (_, n) =>
    new Date(nowMs + n * hourMs).getUTCHours(),
  );
  return reader.dayParts
    .filter((dayPart) => hours.some((hour) => isInDayPart(hour, dayPart)))
    .flatMap(({ name, genres }) =>
      genres.flatMap((id) =>
        mediaTypes.map((media) => ({
          feed: worldWide(`genre_${id}`, media, defaultLanguage),
          why: `for the ${name}`,
          trial: false,
        })),
      ),
    );
}

function inSeason(nowMs: number, settings: Settings): WarmFeed[] {
  return placesOf(settings).flatMap(({ region, language }) =>
    themesInSeason(region, nowMs).flatMap(({ name, categories }) =>
      mediaTypes.flatMap((media) =>
        categories[media].map((category) => ({
          feed: worldWide(category, media, language),
          why: `${name} is in season in ${region}`,
          trial: true,
        })),
      ),
    ),
  );
}

/** The configured regions, and the country of the default language. */
function placesOf({ regions, defaultLanguage }: Settings): { region: string; language: string }[] {
  return [{ region: defaultLanguage.slice(-2), language: defaultLanguage }, ...regions];
}

function worldWide(category: string, media: Feed['media'], language: string): Feed {
  return { category, media, region: globalRegion, language };
}
