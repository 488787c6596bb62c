/**
 * Which of TMDB's lists of changes are worth their calls. Of one media type N titles are kept, of which a share r changes a day; its list has
 * P pages a day; X is the share of titles that may be out of date.
 *
 *   age alone           N · max(r / 2X, 1 / soft TTL)   re-read every 2X / r days, a title is out of date for a share X of the time
 *   the list of changes P + N · r + N / 30              its pages, the titles on it, and all titles monthly, since no list is complete
 *
 * X follows from the soft TTL: it is the share that is out of date when films are re-read at that age. The calls of any 24 hours must fit
 * into the budget, and these may hold two readings of a list, of two days at the same time of day. A budget that neither fits into goes to
 * what leaves fewer titles out of date.
 */
import { dayMs, hourMs } from '../shared/core/clock.ts';
import { type MediaType, mediaTypes } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';

/** What is known of the kept titles of a media type. `changedShare`: the share of them that changes a day; `pagesADay`: of TMDB's list. */
export type KeptTitles = { titles: number; changedShare: number; pagesADay: number };

/** The media types whose lists are read. */
export type ReadLists = Readonly<Record<MediaType, boolean>>;

/** What a choice takes: calls a day, the most in 24 hours, and how many titles would be out of date within the budget. */
export type ListsForecast = { calls: number; mostCalls: number; staleTitles: number };

/** Share of titles that change a day: about 0.5 % of the films and 2 % of the series. Source: TMDB's lists of changes, November 2026. */
export const usualChangedShare: Readonly<Record<MediaType, number>> = { movie: 0.005, tv: 0.02 };

/** Titles on a list of changes are re-read at this age too. */
export const rereadDays = 30;

/** Another choice replaces the present one only if it saves more than this share, or the lists would be taken up and dropped daily. */
const leastSaving = 0.08;

/** How long it takes on average until a change is read from a list and fetched, in days. */
const listDelayDays = 0.55;

type Policy = { softTtlDays: number; staleShare: number };

function policyOf({ details }: Pick<Settings, 'details'>): Policy {
  const softTtlDays = (details.softTtlHours * hourMs) / dayMs;
  return { softTtlDays, staleShare: Math.min(0.5, (usualChangedShare.movie * softTtlDays) / 2) };
}

const choices: readonly ReadLists[] = [
  { movie: false, tv: false },
  { movie: true, tv: false },
  { movie: false, tv: true },
  { movie: true, tv: true },
];

/** Calls a day for titles, without the pages of lists. */
function titleCalls({ titles, changedShare }: KeptTitles, isRead: boolean, policy: Policy): number {
  return isRead
    ? titles * (changedShare + 1 / rereadDays)
    : titles * Math.max(changedShare / (2 * policy.staleShare), 1 / policy.softTtlDays);
}

/** What reading `lists` takes, and how many titles it leaves out of date, with a budget of `callsPerDay`. */
export function forecastLists(
  lists: ReadLists,
  kept: Readonly<Record<MediaType, KeptTitles>>,
  callsPerDay: number,
  settings: Pick<Settings, 'details'>,
): ListsForecast {
  const policy = policyOf(settings);
  const pages = mediaTypes.reduce((sum, media) => sum + (lists[media] ? kept[media].pagesADay : 0), 0);
  const needed = mediaTypes.reduce((sum, media) => sum + titleCalls(kept[media], lists[media], policy), 0);
  const affordable = needed === 0 ? 1 : Math.min(1, Math.max(0, callsPerDay - 2 * pages) / needed);
  const stale = mediaTypes.map((media) => {
    const calls = affordable * titleCalls(kept[media], lists[media], policy);
    return kept[media].titles * (lists[media] ? staleByList(kept[media], affordable) : staleByAge(kept[media], calls));
  });
  return {
    calls: pages + needed,
    mostCalls: 2 * pages + needed,
    staleTitles: stale.reduce((sum, one) => sum + one, 0),
  };
}

/** Share of titles that are out of date where all of them are re-read in turn, with `calls` a day. */
function staleByAge({ titles, changedShare }: KeptTitles, calls: number): number {
  const changes = (changedShare * titles) / Math.max(calls, 1e-9);
  // The series' first terms where the closed form would cancel out.
  return changes < 1e-3 ? changes / 2 : 1 - (1 - Math.exp(-changes)) / changes;
}

/**
 * Share of titles that are out of date where those that changed are fetched and all are re-read monthly, as far as `affordable` says: where calls
 * are short, what has changed and what is old give way alike.
 */
function staleByList({ changedShare }: KeptTitles, affordable: number): number {
  return Math.min(1, Math.max(1 - affordable, changedShare * listDelayDays));
}

/** The lists that are worth reading. `present`: those that are read now, which stay unless others save more than a little. */
export function chooseLists(
  kept: Readonly<Record<MediaType, KeptTitles>>,
  present: ReadLists,
  settings: Pick<Settings, 'details'>,
): ReadLists {
  const { callsPerDay } = settings.details;
  const favour = 1 - leastSaving;
  const ranked = choices.map((lists) => {
    const isPresent = mediaTypes.every((media) => lists[media] === present[media]);
    const { calls, mostCalls, staleTitles } = forecastLists(lists, kept, callsPerDay, settings);
    const weight = isPresent ? favour : 1;
    return {
      lists,
      calls: weight * calls,
      staleTitles: weight * staleTitles,
      fits: weight * mostCalls <= callsPerDay,
    };
  });
  const [best] = ranked.sort((a, b) => {
    const byFit = Number(b.fits) - Number(a.fits);
    return byFit || (a.fits ? a.calls - b.calls : a.staleTitles - b.staleTitles);
  });
  return best?.lists ?? present;
}

/** Calls for titles a day that reading `lists` saves, its own pages not counted: age alone would need them to keep titles as fresh. */
export function callsSavedADay(
  lists: ReadLists,
  kept: Readonly<Record<MediaType, KeptTitles>>,
  settings: Pick<Settings, 'details'>,
): number {
  const policy = policyOf(settings);
  const saved = mediaTypes.map((media) =>
    lists[media] ? titleCalls(kept[media], false, policy) - titleCalls(kept[media], true, policy) : 0,
  );
  return Math.max(
    0,
    saved.reduce((sum, one) => sum + one, 0),
  );
}
