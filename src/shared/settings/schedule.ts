import { dayMs, hourMs } from '../core/clock.ts';
import type { Settings } from './settings-schema.ts';

/** The three schedules. Times are UTC. */
export const scheduleNames = ['daily', 'weekly', 'refresh'] as const;

export type ScheduleName = (typeof scheduleNames)[number];

/** 1 January 1970 was a Thursday. */
const epochWeekday = 4;

/** The latest occurrence of `schedule` at or before `atMs`, in epoch milliseconds. */
export function latestOccurrenceMs(schedule: ScheduleName, atMs: number, schedules: Settings['schedules']): number {
  const { periodMs, offsetMs } = rhythm(schedule, schedules);
  return Math.floor((atMs - offsetMs) / periodMs) * periodMs + offsetMs;
}

/** The first occurrence of `schedule` after `atMs`, in epoch milliseconds. */
export function nextOccurrenceMs(schedule: ScheduleName, atMs: number, schedules: Settings['schedules']): number {
  return latestOccurrenceMs(schedule, atMs, schedules) + rhythm(schedule, schedules).periodMs;
}

/** UTC has no daylight saving, so every schedule is a fixed period with an offset from the epoch. */
function rhythm(schedule: ScheduleName, schedules: Settings['schedules']): { periodMs: number; offsetMs: number } {
  switch (schedule) {
    case 'daily':
      return { periodMs: dayMs, offsetMs: schedules.daily.hourUtc * hourMs };
    case 'weekly': {
      const days = (schedules.weekly.weekday - epochWeekday + 7) % 7;
      return { periodMs: 7 * dayMs, offsetMs: days * dayMs + schedules.weekly.hourUtc * hourMs };
    }
    case 'refresh':
      return { periodMs: schedules.refresh.everyHours * hourMs, offsetMs: 0 };
  }
}
