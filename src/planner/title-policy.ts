/**
 * Which titles are due, and which of them an occurrence fetches. A fetch is worth the reads that it is expected to serve with something new:
 *
 *   worth = expected reads a day × probability that the title has changed since it was fetched
 *
 * Rates are TMDB's own lists of changes (docs/titles.md): 0.5 % of the films and 2 % of the series change in a day.
 */
import { dayMs, hourMs } from '../shared/core/clock.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { TitleRef } from '../shared/tables/usage-store.ts';
import { amount } from './budget.ts';
import type { KeptDetails, TitleState } from './collect-titles.ts';

/** A title that is due. */
export type DueTitle = {
  title: TitleState;
  /** Expected reads a day that would get something new. */
  worth: number;
  /** Before all others: an episode is aired today. */
  isFirst: boolean;
  /** Fetched only where its worth is not below a price; everything else is due whatever it is worth. */
  isEarly: boolean;
  why: string;
};

/** Titles that change in a day, as a share, by media type. */
export type ChangeRates = Readonly<Record<TitleRef['mediaType'], number>>;

/**
 * What is known of changes. `by`: what decides, TMDB's lists of changes or age alone. `followed`: the media types of which lists decide, with
 * the time since when they are known without a gap, epoch milliseconds; what was fetched before that is due by age. Default: all.
 */
export type ChangeFacts = {
  by: 'age' | 'changes';
  rates?: Partial<ChangeRates> | undefined;
  followed?: ReadonlyMap<TitleRef['mediaType'], number> | undefined;
};

/** From TMDB's lists of changes of 2022 to 2026, beside its numbers of films and series. */
const usualRates: ChangeRates = { movie: 0.005, tv: 0.02 };
/** An assumption: of ten changes TMDB's lists of changes leave out one. */
const unlistedShare = 0.1;
/** What no list of changes named is fetched again at this age all the same. */
const unlistedDays = 30;
/** Airing, or released within these days: TMDB's users are at work on it. An assumption: such a title changes every few days. */
const busyRate = 0.3;
const airingDays = 7;
const newDays = 28;
/** An assumption: services take up or drop a title, in a country that is kept, about once a month. */
const watchRate = 1 / 30;
/** Series to which nothing is added any more change as films do. */
const endedStatuses: readonly (string | null)[] = ['Ended', 'Canceled'];

/** The titles that are due at `nowMs`, in the order in which they are fetched: the same however `titles` is ordered. */
export function dueTitles(
  titles: readonly TitleState[],
  nowMs: number,
  settings: Settings,
  facts: ChangeFacts = { by: 'age' },
): DueTitle[] {
  if (!settings.details.enabled) {
    return [];
  }
  return titles.flatMap((title) => dueTitle(title, nowMs, settings, facts) ?? []).sort(inOrder);
}

/** Episodes of today first, then by worth; what is missing before what is stale. */
function inOrder(a: DueTitle, b: DueTitle): number {
  const [missingA, missingB] = [a, b].map(({ title }) => Number(title.details === undefined)) as [number, number];
  return (
    Number(b.isFirst) - Number(a.isFirst) ||
    b.worth - a.worth ||
    missingB - missingA ||
    (a.title.subject < b.title.subject ? -1 : 1)
  );
}

/**
 * Chooses from what is due, in its order: at most `calls`, and of what is early only what is worth `leastWorth`. `leftOut`: what was due
 * and found no room.
 */
export function chooseTitles(
  due: readonly DueTitle[],
  { calls, leastWorth }: { calls: number; leastWorth: number },
): { chosen: DueTitle[]; leftOut: DueTitle[] } {
  const worthwhile = due.filter(({ isEarly, worth }) => !isEarly || worth >= leastWorth);
  const room = Math.max(0, Math.floor(calls));
  return { chosen: worthwhile.slice(0, room), leftOut: worthwhile.slice(room) };
}

function dueTitle(title: TitleState, nowMs: number, settings: Settings, facts: ChangeFacts): DueTitle | undefined {
  if (isHeld(title, nowMs, settings)) {
    return undefined;
  }
  const { details } = title;
  const reason =
    details === undefined
      ? { share: 1, words: 'no details yet' }
      : (reasonNow(title, details, nowMs) ?? reasonByAge(title, details, nowMs, settings, facts));
  return (
    reason && {
      title,
      worth: title.reads * reason.share,
      isFirst: reason.isFirst ?? false,
      isEarly: reason.isEarly ?? false,
      why: whyOf(title, reason.words),
    }
  );
}

/**
 * Whether another fetch would bring nothing: the writer keeps one state of a title in each period (`ttl.titlePeriodHours`), and a job that
 * was planned within a day and has not arrived is in flight, dead, or about a title that TMDB does not know.
 */
export function isHeld(
  { details, plannedAtMs }: Pick<TitleState, 'details' | 'plannedAtMs'>,
  nowMs: number,
  { ttl }: Pick<Settings, 'ttl'>,
): boolean {
  const periodMs = ttl.titlePeriodHours * hourMs;
  const latestMs = details?.latestMs ?? Number.NEGATIVE_INFINITY;
  const arrivedMs = plannedAtMs === undefined ? latestMs : Math.floor(plannedAtMs / periodMs) * periodMs;
  return nowMs < latestMs + periodMs || latestMs < arrivedMs;
}

/** Why a title is due. `share`: the probability that it has changed. */
type Reason = { share: number; words: string; isFirst?: boolean; isEarly?: boolean };

/** What makes a title due before its age does. */
function reasonNow({ changedMs }: TitleState, details: KeptDetails, nowMs: number): Reason | undefined {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  if ([details.nextAirDate, details.lastAirDate].includes(today) && details.latestMs < Date.parse(today)) {
    return { share: 1, words: 'an episode is aired today', isFirst: true };
  }
  if (changedMs !== undefined && details.latestMs < changedMs) {
    return { share: 1, words: "in TMDB's list of changes" };
  }
  if (nowMs - details.latestMs < dayMs) {
    return undefined;
  }
  return details.unknown.length === 0 ? undefined : { share: 1, words: `not known: ${details.unknown.join(', ')}` };
}

function reasonByAge(
  title: TitleState,
  details: KeptDetails,
  nowMs: number,
  settings: Settings,
  facts: ChangeFacts,
): Reason | undefined {
  const { dueMs, watchSoftMs, lastCallMs } = agesOf(settings, isFollowed(title, details, facts));
  const [ageMs, sinceMs] = [nowMs - details.oldestMs, nowMs - details.latestMs];
  const watchAgeMs = title.isRead ? nowMs - (details.watchMs ?? details.latestMs) : 0;
  const busy = busyWords(title, details, nowMs);
  const rate = busy === undefined ? usualRate(title, details, facts) : busyRate;
  const share = 1 - Math.exp(-(rate * ageMs + watchRate * (watchAgeMs >= watchSoftMs ? watchAgeMs : 0)) / dayMs);
  const old = `${ageWords(ageMs)} old`;
  // A part that was missing of the last answer makes a title old for longer than that: it is asked for once a day.
  if (sinceMs < Math.min(dayMs, dueMs, watchSoftMs)) {
    return undefined;
  }
  if (ageMs >= lastCallMs) {
    return { share: 1, words: `${old}, will expire` };
  }
  if (busy !== undefined && sinceMs >= dayMs) {
    return { share, words: `${busy}, ${old}` };
  }
  return ageMs >= dueMs ? { share, words: old } : earlyReason({ ageMs, watchAgeMs, dueMs, watchSoftMs, share });
}

/** What is not stale yet and may be worth a fetch: where to watch it changes sooner than the rest. */
function earlyReason(of: {
  ageMs: number;
  watchAgeMs: number;
  dueMs: number;
  watchSoftMs: number;
  share: number;
}): Reason | undefined {
  const { ageMs, watchAgeMs, dueMs, watchSoftMs, share } = of;
  const old = `${ageWords(ageMs)} old`;
  if (watchAgeMs >= watchSoftMs) {
    return { share, words: `${old}, where to watch ${ageWords(watchAgeMs)}`, isEarly: true };
  }
  return ageMs >= dueMs / 2 ? { share, words: old, isEarly: true } : undefined;
}

/**
 * Ages of details, in milliseconds. `dueMs`: at which everything is due, the soft TTL, or later where TMDB's lists of changes tell what has
 * changed. `lastCallMs`: halfway between the soft and the hard TTL; what is not fetched from there on expires.
 */
function agesOf({ details, ttl }: Settings, isListed: boolean) {
  const [softMs, watchSoftMs] = [details.softTtlHours * hourMs, details.watchSoftTtlHours * hourMs];
  const hardMs = Math.min(ttl.hardFactor * softMs, ttl.maxHardDays * dayMs);
  const dueMs = isListed ? Math.max(softMs, unlistedDays * dayMs) : softMs;
  return { dueMs, watchSoftMs, lastCallMs: (Math.min(softMs, hardMs) + hardMs) / 2 };
}

/** Whether TMDB's list of changes has told all that changed of a title since it was fetched. */
function isFollowed({ mediaType }: TitleState, { oldestMs }: KeptDetails, { by, followed }: ChangeFacts): boolean {
  const sinceMs = followed === undefined ? 0 : (followed.get(mediaType) ?? Number.POSITIVE_INFINITY);
  return by === 'changes' && oldestMs >= sinceMs;
}

function usualRate(title: TitleState, details: KeptDetails, facts: ChangeFacts): number {
  const known = { ...usualRates, ...facts.rates };
  const rate = endedStatuses.includes(details.status) ? known.movie : known[title.mediaType];
  return isFollowed(title, details, facts) ? rate * unlistedShare : rate;
}

/** What keeps TMDB's users at work on a title; `undefined`: nothing. */
function busyWords({ releaseDate }: TitleState, details: KeptDetails, nowMs: number): string | undefined {
  const isWithin = (day: string | null, days: number) =>
    day !== null && Math.abs(nowMs - Date.parse(day)) < days * dayMs;
  if (isWithin(details.nextAirDate, airingDays) || isWithin(details.lastAirDate, airingDays)) {
    return 'airing';
  }
  return isWithin(releaseDate, newDays) ? `released ${releaseDate}` : undefined;
}

function ageWords(ageMs: number): string {
  const days = Math.floor(ageMs / dayMs);
  return days === 1 ? '1 day' : `${days} days`;
}

function whyOf({ place, reads }: TitleState, words: string): string {
  const rank = place === undefined ? [] : [`rank ${place.rank} of ${place.feed}`];
  return [...rank, `${amount(reads)} reads a day`, words].join(', ').slice(0, 300);
}
