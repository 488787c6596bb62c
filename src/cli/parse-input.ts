import type * as z from 'zod';
import { dayMs, hourMs, minuteMs } from '../shared/core/clock.ts';
import { UsageError } from '../shared/core/errors.ts';
import {
  askedRegionSchema,
  type Feed,
  feedMediaSchema,
  globalRegion,
  type MediaType,
  mediaTypes,
} from '../shared/core/feed.ts';
import { configuredFeedSchema } from '../shared/core/feed-rules.ts';
import { shown } from '../shared/core/shown-text.ts';
import { maxTmdbId } from '../shared/queues/item-page.ts';
import { type ScheduleName, scheduleNames } from '../shared/settings/schedule.ts';
import { feedLanguage } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';

/** Input by a zod schema. @throws UsageError with the schema's first sentence. */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new UsageError(parsed.error.issues[0]?.message ?? 'input not understood');
  }
  return parsed.data;
}

/** A schedule's name. */
export function parseSchedule(text: string): ScheduleName {
  const name = scheduleNames.find((known) => known === text);
  if (name === undefined) {
    throw new UsageError(`unknown schedule '${shown(text)}': allowed are ${scheduleNames.join(', ')}`);
  }
  return name;
}

/** A feed from a command's arguments; without a language it has its own feed's or its region's. @throws UsageError for one that does not exist. */
export function parseFeed(
  category: string,
  media: string,
  options: { region?: string; language?: string },
  settings: Settings,
): Feed {
  const region = parseInput(askedRegionSchema, options.region ?? globalRegion);
  return parseInput(configuredFeedSchema(settings), {
    category,
    media: parseInput(feedMediaSchema, media),
    region,
    language: options.language ?? feedLanguage({ category, region }, settings),
  });
}

/** `movie` or `tv`. */
export function parseMediaType(text: string): MediaType {
  const mediaType = mediaTypes.find((known) => known === text);
  if (mediaType === undefined) {
    throw new UsageError(`unknown media '${shown(text)}': allowed are ${mediaTypes.join(', ')}`);
  }
  return mediaType;
}

/** `movie:550,tv:1399`: titles, separated by commas. */
export function parseTitleRefs(text: string, name: string): { mediaType: MediaType; id: number }[] {
  return parseListOf(text).map((part) => {
    const match = /^(movie|tv):(\d{1,16})$/.exec(part);
    if (match === null) {
      throw new UsageError(`${name} holds '${shown(part)}': allowed are titles such as movie:550, separated by commas`);
    }
    const id = Number(match[2]);
    // Digits beyond what a number can hold would be told of as another id, or ask for one.
    if (id > maxTmdbId) {
      throw new UsageError(`${name} holds '${shown(part)}': allowed are TMDB ids up to ${maxTmdbId}`);
    }
    return { mediaType: match[1] as MediaType, id };
  });
}

/** Texts that are separated by commas; of an empty text none. */
export function parseListOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

/** A whole number within bounds. */
export function parseCount(text: string, name: string, min: number, max: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < min || count > max) {
    throw new UsageError(`${name} is '${shown(text)}': allowed are whole numbers from ${min} to ${max}`);
  }
  return count;
}

/** A number a second, within bounds; fractions are allowed. */
export function parseRate(text: string, name: string, min: number, max: number): number {
  const rate = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || rate < min || rate > max) {
    throw new UsageError(`${name} is '${shown(text)}': allowed are numbers from ${min} to ${max}`);
  }
  return rate;
}

/** `90s`, `15m`, `2h` or `7d` in milliseconds. */
export function parseDurationMs(text: string, name: string): number {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  const unitMs = { s: 1_000, m: minuteMs, h: hourMs, d: dayMs }[match?.[2] ?? ''];
  if (match?.[1] === undefined || unitMs === undefined || Number(match[1]) === 0) {
    throw new UsageError(`${name} is '${shown(text)}': allowed are durations such as 90s, 15m, 2h or 7d`);
  }
  return Number(match[1]) * unitMs;
}

/** An occurrence time in epoch milliseconds, to the second. */
export function parseOccurrenceMs(text: string): number {
  return parseTimeMs(text, 'occurrence');
}

/** A UTC time in epoch milliseconds, to the second. The caller takes care of `now`. */
export function parseTimeMs(text: string, name: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new UsageError(`${name} is '${shown(text)}': allowed are 'now' and UTC times such as 2026-11-23T08:00:00Z`);
  }
  return Math.floor(ms / 1000) * 1000;
}
