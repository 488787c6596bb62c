import { isoFromMs, msFromIso } from '../shared/core/clock.ts';

/** Milliseconds in a day of UTC. */
export const dayMs = 86_400_000;

/** Milliseconds in an hour. */
export const hourMs = 3_600_000;

/** The UTC day of an instant, as whole days since 1970-01-01. */
export function dayOfMs(epochMs: number): number {
  return Math.floor(epochMs / dayMs);
}

/** A day as `YYYY-MM-DD`; the empty text for `undefined`, which is how TMDB writes an unknown date. */
export function dateOfDay(day: number | undefined): string {
  return day === undefined ? '' : isoFromMs(day * dayMs).slice(0, 10);
}

/** `YYYY-MM-DD` as a day; `undefined` for any other text and for days no calendar has. */
export function dayOfDate(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    return undefined;
  }
  const epochMs = msFromIso(`${date}T00:00:00.000Z`);
  // Some engines roll 31 February over into March: the way back must give the same text.
  return Number.isNaN(epochMs) || dateOfDay(dayOfMs(epochMs)) !== date ? undefined : dayOfMs(epochMs);
}
