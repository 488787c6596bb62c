/**
 * Reads by hour. `counts[i]` belongs to the hour `startHour + i` (hours since the epoch, UTC); `undefined` where nothing is known
 * (a gap), 0 where nothing was read.
 */
export type HourSeries = { startHour: number; counts: readonly (number | undefined)[] };

/** Hours of a day. */
export const dayHours = 24;

/** Hours of a week. */
export const weekHours = 168;

/** The place of an hour in its day, 0 to 23, UTC. `hour` is in hours since the epoch. */
export function hourOfDay(hour: number): number {
  return ((hour % dayHours) + dayHours) % dayHours;
}
