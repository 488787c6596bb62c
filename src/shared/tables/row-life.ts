import { dayMs, hourMs } from '../core/clock.ts';
import { type Feed, feedId, feedKindOf } from '../core/feed.ts';
import { stableFraction } from '../core/stable-hash.ts';
import type { Settings } from '../settings/settings-schema.ts';

/** A life in two stages: until `freshUntilMs` it is served as fresh, until `expiresAtMs` as stale, then never. */
export type Life = { freshUntilMs: number; expiresAtMs: number };

/**
 * The life of a page of `feed` at `snapshot`. The jitter depends on feed and snapshot, not on the writer, so all
 * pages of one snapshot grow stale together and different feeds do not.
 */
export function listPageLife(feed: Feed, snapshot: string, fetchedAtMs: number, settings: Settings): Life {
  const softMs = settings.feeds[feedKindOf(feed)].softTtlHours * hourMs;
  return lifeFrom(fetchedAtMs, softMs, stableFraction(`${feedId(feed)}|${snapshot}`), settings);
}

/** Feeds of the weekly schedule; all others are of the daily one, or follow demand and requests. */
const weeklyKinds: ReadonlySet<string> = new Set(['genre', 'hidden_gems', 'award_winning']);

/**
 * How long after its snapshot a page of `feed` can be served at the most, in milliseconds: its occurrence is caught up on just before
 * the next one (as `run` and `local` do), its job waits as long as it may, and the page is kept for the longest hard TTL. A job that an
 * operator replays out of a dead-letter queue may be fetched later than that.
 */
export function longestListLifeMs(feed: Feed, settings: Settings): number {
  const kind = feedKindOf(feed);
  const latenessMs = (weeklyKinds.has(kind) ? 7 : 1) * dayMs;
  const softMs = settings.feeds[kind].softTtlHours * hourMs;
  const { hardFactor, jitterShare, maxHardDays } = settings.ttl;
  const hardMs = Math.min(hardFactor * softMs + Math.round(softMs * jitterShare), maxHardDays * dayMs);
  return latenessMs + settings.tmdb.maxAgeHours * hourMs + hardMs;
}

/** The life of a title row fetched in the period that starts at `fetchedAtMs`. */
export function titleLife(titleKey: string, fetchedAtMs: number, settings: Settings): Life {
  return lifeFrom(
    fetchedAtMs,
    settings.ttl.titleSoftHours * hourMs,
    stableFraction(`${titleKey}|${fetchedAtMs}`),
    settings,
  );
}

/** Start of the period in which `fetchedAtMs` lies: the precision to which a title row knows its own age. */
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
    // A row is stale before it vanishes, whatever the settings say.
    freshUntilMs: fetchedAtMs + Math.min(jitteredSoftMs, hardMs - 1_000),
    expiresAtMs: fetchedAtMs + hardMs,
  };
}
