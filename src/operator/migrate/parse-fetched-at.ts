import { dayMs } from '../../shared/core/clock.ts';

/** TMDB's API is not older than this; what claims to be is a number of another kind. */
const earliestMs = Date.UTC(2010, 0, 1);

const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * When a row of the predecessor was fetched, in epoch milliseconds: from epoch milliseconds or seconds, as a number or as its digits, or
 * from an ISO 8601 time (UTC unless it names a zone). `undefined` for what is none, or not between 2010 and a day after `nowMs`.
 */
export function parseFetchedAtMs(value: unknown, nowMs: number): number | undefined {
  const read = typeof value === 'string' ? parseText(value.trim()) : value;
  if (typeof read !== 'number') {
    return undefined;
  }
  const epochMs = [read, read * 1_000].find((ms) => ms >= earliestMs && ms <= nowMs + dayMs);
  return epochMs === undefined ? undefined : Math.floor(epochMs);
}

function parseText(text: string): number | undefined {
  if (/^\d{1,20}(\.\d+)?$/.test(text)) {
    return Number(text);
  }
  const [, date, time = '00:00', zone = 'Z'] = isoTime.exec(text) ?? [];
  // The language itself would read a time without a zone as one of the machine's.
  return date === undefined ? undefined : Date.parse(`${date}T${time}${zone}`);
}
