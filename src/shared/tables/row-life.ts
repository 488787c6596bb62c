import { dayMs, hourMs } from '../core/clock.ts';
import { type Feed, feedId, feedKindOf } from '../core/feed.ts';
import { customFeedOf, feedRules } from '../core/feed-rules.ts';
import { stableFraction } from '../core/stable-hash.ts';
import type { PartName } from '../queues/details/title-parts.ts';
import type { Settings } from '../settings/settings-schema.ts';

/**
 * 1 when just fetched, 0 from the hard TTL on, linear in between. A fetch time in the future counts as now. Times are epoch milliseconds.
 */
export function freshnessScore(fetchedAtMs: number, expiresAtMs: number, nowMs: number): number {
  const lifeMs = expiresAtMs - fetchedAtMs;
  if (lifeMs <= 0 || nowMs >= expiresAtMs) {
    return 0;
  }
  return Math.min(1, (expiresAtMs - nowMs) / lifeMs);
}

/** The two TTLs of a row: it is fresh until `freshUntilMs` (soft), stale until `expiresAtMs` (hard), then no longer served. */
export type Life = { freshUntilMs: number; expiresAtMs: number };

/**
 * The life of a page of `feed` at `snapshot`. The jitter depends on feed and snapshot only, so all pages of a snapshot become stale
 * together, and different feeds at different times.
 */
export function listPageLife(feed: Feed, snapshot: string, fetchedAtMs: number, settings: Settings): Life {
  const softMs = feedRules(feed, settings).softTtlHours * hourMs;
  return lifeFrom(fetchedAtMs, softMs, stableFraction(`${feedId(feed)}|${snapshot}`), settings);
}

/** Feeds of the weekly schedule; an own feed's is in the settings. All others are in the daily one, or are fetched on demand or on request. */
const weeklyKinds: ReadonlySet<string> = new Set(['genre', 'hidden_gems', 'award_winning']);

/**
 * The longest time after its snapshot for which a page of `feed` can be served, in milliseconds. It is the sum of three: a missed
 * occurrence may be planned just before the next one (as `run` and `local` do), a job may wait for `tmdb.maxAgeHours`, and the page has
 * the longest hard TTL. A dead letter that an operator replays may be fetched later than that.
 */
export function longestListLifeMs(feed: Feed, settings: Settings): number {
  const isWeekly = weeklyKinds.has(feedKindOf(feed)) || customFeedOf(feed.category, settings)?.schedule === 'weekly';
  const latenessMs = (isWeekly ? 7 : 1) * dayMs;
  const softMs = feedRules(feed, settings).softTtlHours * hourMs;
  const { hardFactor, jitterShare, maxHardDays } = settings.ttl;
  const hardMs = Math.min(hardFactor * softMs + Math.round(softMs * jitterShare), maxHardDays * dayMs);
  return latenessMs + settings.tmdb.maxAgeHours * hourMs + hardMs;
}

/** The life of a title row that was fetched in the period that starts at `fetchedAtMs`. */
export function titleLife(titleKey: string, fetchedAtMs: number, settings: Settings): Life {
  return lifeFrom(
    fetchedAtMs,
    settings.ttl.titleSoftHours * hourMs,
    stableFraction(`${titleKey}|${fetchedAtMs}`),
    settings,
  );
}

/** The longest time after its fetch for which a title row can be served, in milliseconds. */
export function longestTitleLifeMs({ ttl }: Pick<Settings, 'ttl'>): number {
  const softMs = ttl.titleSoftHours * hourMs;
  return Math.min(ttl.hardFactor * softMs + Math.round(softMs * ttl.jitterShare), ttl.maxHardDays * dayMs);
}

/** The life of a part of a title's details that was fetched in the period that starts at `fetchedAtMs`. */
export function detailsLife(part: PartName, titleKey: string, fetchedAtMs: number, settings: Settings): Life {
  const { softTtlHours, watchSoftTtlHours } = settings.details;
  const softHours = part === 'watch' ? watchSoftTtlHours : softTtlHours;
  return lifeFrom(fetchedAtMs, softHours * hourMs, stableFraction(`${titleKey}|${fetchedAtMs}`), settings);
}

/** Where images are and what services are called changes a few times a year. */
const referenceSoftMs = 7 * dayMs;

/** The life of a part of the reference data that was fetched at `fetchedAtMs`. `name`: what it is, by which its time differs from others'. */
export function referenceLife(name: string, fetchedAtMs: number, settings: Settings): Life {
  return lifeFrom(fetchedAtMs, referenceSoftMs, stableFraction(`${name}|${fetchedAtMs}`), settings);
}

/** Ids at IMDb and elsewhere hardly ever change: their rows are written once in this period, and are kept as long as TMDB's terms allow. */
const externalIdPeriodMs = 7 * dayMs;

/** Start of the period for which a row of an external id stands. */
export function externalIdPeriodStartMs(fetchedAtMs: number): number {
  return Math.floor(fetchedAtMs / externalIdPeriodMs) * externalIdPeriodMs;
}

/** The life of a row of an external id whose period starts at `fetchedAtMs`. */
export function externalIdLife(fetchedAtMs: number, { ttl }: Pick<Settings, 'ttl'>): Life {
  // The title was fetched up to a period later, and details are fetched again much sooner than a row goes.
  const expiresAtMs = fetchedAtMs + ttl.maxHardDays * dayMs;
  return { freshUntilMs: Math.min(fetchedAtMs + 4 * externalIdPeriodMs, expiresAtMs - 1_000), expiresAtMs };
}

/** Start of the period that contains `fetchedAtMs`. A title row stores its fetch time with this precision only. */
export function titlePeriodStartMs(fetchedAtMs: number, settings: Settings): number {
  const periodMs = settings.ttl.titlePeriodHours * hourMs;
  return Math.floor(fetchedAtMs / periodMs) * periodMs;
}

function lifeFrom(fetchedAtMs: number, softMs: number, fraction: number, settings: Settings): Life {
  const { hardFactor, jitterShare, maxHardDays } = settings.ttl;
  const jitteredSoftMs = Math.round(softMs * (1 + jitterShare * (2 * fraction - 1)));
  const jitteredHardMs = hardFactor * softMs + Math.round(softMs * jitterShare * fraction);
  const hardMs = Math.min(jitteredHardMs, maxHardDays * dayMs);
  return {
    // Whatever the settings say, a row becomes stale before it expires.
    freshUntilMs: fetchedAtMs + Math.min(jitteredSoftMs, hardMs - 1_000),
    expiresAtMs: fetchedAtMs + hardMs,
  };
}
