/** What is known of one of TMDB's lists of changes: until when, how long it is, how many of the kept titles are on it; and what is to be read next. */
import * as z from 'zod';
import { clockSkewMs, dayMs, hourMs, isoFromMs } from '../shared/core/clock.ts';
import type { MediaType } from '../shared/core/feed.ts';
import { usualChangedShare } from './changes-choice.ts';

const time = z.number().min(0);

export const knownListSchema = z.object({
  /** Whether the list is read. */
  isRead: z.boolean(),
  /** The day of the last decision that was another one, `YYYY-MM-DD`. */
  since: z.string(),
  /** Changes are known until this time; 0: none are. Epoch milliseconds, as all times here. */
  knownUntilMs: time,
  /** Since when they are known without a gap. */
  knownFromMs: time,
  /** `knownUntilMs` before the last reading. It counts in place of a time that a wrong clock has put into the future. */
  knownBeforeMs: time,
  /** The share of kept titles that changes a day, as it was last decided by. */
  changedShare: z.number().min(0),
  /** Pages of the list for a whole day; 0: not known. */
  pagesADay: z.number().min(0),
  /** Days that kept titles were watched by the list, summed over titles, and how many of these changed. Both fade. */
  titleDays: z.number().min(0),
  changed: z.number().min(0),
});

export type KnownList = z.infer<typeof knownListSchema>;

/** A day of a list that was read. */
export type ReadDay = {
  mediaType: MediaType;
  /** Until when the changes of this day are known now: its end, or the time of the reading. */
  untilMs: number;
  /** Pages of the list, and how many of how many kept titles are on it; only of a whole day. */
  whole?: { pages: number; kept: number; changed: number } | undefined;
};

/** How far back a list is read, in days: TMDB answers no more. */
export const mostGapDays = 14;

/** A day that has begun is read with those before it, so that its changes need not wait for the next reading; but not for a few of them. */
const leastPartMs = 2 * hourMs;

/** What was learnt loses this share of its weight with each day that is read. */
const fading = 0.05;

/** The weight of the usual share of changes, in days of titles. */
const priorTitleDays = 300;

/** TMDB's pages for a whole day, as long as they are not known. Source: recorded lists, 2026. */
const usualPages: Readonly<Record<MediaType, number>> = { movie: 60, tv: 50 };

/** A list of which nothing is known. */
export function unknownList(mediaType: MediaType): KnownList {
  return {
    isRead: false,
    since: '',
    knownUntilMs: 0,
    knownFromMs: 0,
    knownBeforeMs: 0,
    changedShare: usualChangedShare[mediaType],
    pagesADay: 0,
    titleDays: 0,
    changed: 0,
  };
}

/** The UTC day of a time, `YYYY-MM-DD`. */
export function dayOf(atMs: number): string {
  return isoFromMs(atMs).slice(0, 10);
}

/** Start of the UTC day of `atMs`. */
export function dayStartMs(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs;
}

/**
 * Until when a list is known, seen from `nowMs`; `undefined`: reading begins anew, since it was never read, or so long ago that TMDB does not
 * tell any more. A time in the future was written by a wrong clock.
 */
export function knownUntil({ knownUntilMs, knownBeforeMs }: KnownList, nowMs: number): number | undefined {
  const untilMs = [knownUntilMs, knownBeforeMs].find((oneMs) => oneMs <= nowMs + clockSkewMs) ?? 0;
  return dayStartMs(nowMs) - dayStartMs(untilMs) > mostGapDays * dayMs ? undefined : untilMs;
}

/**
 * The days of a list that are to be read at `nowMs`, as the times of their starts: from the one until which it is known. It is due with
 * the first occurrence of a UTC day, at which the day before is whole, and no other day has to be read beside it.
 */
export function daysToRead(list: KnownList, nowMs: number): number[] {
  const untilMs = knownUntil(list, nowMs) ?? firstDayMs(nowMs);
  const todayMs = dayStartMs(nowMs);
  if (!list.isRead || untilMs >= todayMs) {
    return [];
  }
  const firstMs = dayStartMs(untilMs);
  const whole = Math.floor((todayMs - firstMs) / dayMs);
  const count = nowMs - todayMs < leastPartMs ? whole : whole + 1;
  return Array.from({ length: count }, (_, day) => firstMs + day * dayMs);
}

/** Where reading begins anew: with the last whole day. */
function firstDayMs(nowMs: number): number {
  return dayStartMs(nowMs) - dayMs;
}

/** The pages that a day of a list takes, as far as is known. `nowMs`: of a day that is not over, only a part is listed. */
export function expectedPages(mediaType: MediaType, list: KnownList, startMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil(Math.min(1, (nowMs - startMs) / dayMs) * wholeDayPages(mediaType, list)));
}

/** The pages of a daily reading at the time of day of `nowMs`: of the day before, and of the part of its own day. */
export function pagesOfReading(mediaType: MediaType, list: KnownList, nowMs: number): number {
  const todayMs = dayStartMs(nowMs);
  const part = nowMs - todayMs < leastPartMs ? 0 : expectedPages(mediaType, list, todayMs, nowMs);
  return Math.ceil(wholeDayPages(mediaType, list)) + part;
}

function wholeDayPages(mediaType: MediaType, { pagesADay }: KnownList): number {
  return pagesADay === 0 ? usualPages[mediaType] : pagesADay;
}

/** The share of titles that changes a day. `counted`: days of titles, and changes, that others have counted. */
export function learntShare(
  mediaType: MediaType,
  list: Pick<KnownList, 'titleDays' | 'changed'>,
  counted: { titleDays: number; changed: number } = { titleDays: 0, changed: 0 },
): number {
  const days = priorTitleDays + list.titleDays + counted.titleDays;
  return (priorTitleDays * usualChangedShare[mediaType] + list.changed + counted.changed) / days;
}

/** A list after `days` of it were read at `nowMs`, in the order of time. Of a day that is known already nothing is learnt again. */
export function afterDays(before: KnownList, days: readonly ReadDay[], nowMs: number): KnownList {
  const isAhead = before.knownUntilMs > nowMs + clockSkewMs;
  const knownBeforeMs = isAhead ? before.knownBeforeMs : before.knownUntilMs;
  const untilMs = knownUntil(before, nowMs);
  const knownFromMs = untilMs === undefined ? firstDayMs(nowMs) : Math.min(before.knownFromMs, dayStartMs(untilMs));
  let list: KnownList = { ...before, knownUntilMs: untilMs ?? 0, knownFromMs, knownBeforeMs };
  for (const { untilMs: readUntilMs, whole } of days) {
    const isNew = whole !== undefined && readUntilMs > list.knownUntilMs;
    list = {
      ...list,
      knownUntilMs: Math.max(readUntilMs, list.knownUntilMs),
      ...(isNew && {
        pagesADay: whole.pages,
        titleDays: (1 - fading) * list.titleDays + whole.kept,
        changed: (1 - fading) * list.changed + whole.changed,
      }),
    };
  }
  return list;
}
