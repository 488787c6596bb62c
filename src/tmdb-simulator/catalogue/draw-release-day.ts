import type { Random } from '../../shared/core/clock.ts';
import { wholeBetween } from '../seeded-random.ts';

/** Shares of the catalogue by when titles came out, and how far back the oldest lie. */
export type ReleaseShares = { unknown: number; upcoming: number; recent: number; oldestYears: number };

const upcomingDays = 200;
const recentDays = 75;
const daysAYear = 365.25;

/**
 * A release day around `today`: a few unknown (`undefined`), some upcoming, some recent, the rest the thinner the older.
 * Days are whole days since 1970-01-01.
 */
export function drawReleaseDay(random: Random, today: number, shares: ReleaseShares): number | undefined {
  const kind = random.next();
  if (kind < shares.unknown) {
    return undefined;
  }
  if (kind < shares.unknown + shares.upcoming) {
    return today + wholeBetween(random, 1, upcomingDays);
  }
  if (kind < shares.unknown + shares.upcoming + shares.recent) {
    return today - wholeBetween(random, 0, recentDays);
  }
  const age = random.next() ** 2 * shares.oldestYears * daysAYear;
  return today - recentDays - Math.floor(age);
}
