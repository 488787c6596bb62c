import { type MediaType, mediaTypes } from '../core/feed.ts';

/**
 * Usage counters in `PipelineControl`. An item holds counters by name, so that one update adds to all of them:
 *
 *   usage#2026-11-25T02#feeds       for an hour, by feed: `r:` reads, `m:` misses, `s:` stale reads,
 *                                   `d:` pages that were read beyond the first
 *   usage#2026-11-25T02#titles#05   for five minutes, by title: the same. The period is shorter because there are many titles, and
 *                                   an update is billed by the size of its item
 *   usage#2026-11-25T02#pipeline    for an hour: what worker and writer did, `p:calls`, `p:rowsWritten`, …
 *
 * A flush thus costs about one write unit for the feeds and one or two for the titles.
 */

/** Counts by counter name, such as `r:popular/movie/global/en-US`; none is zero. */
export type UsageCounters = Readonly<Record<string, number>>;

/** What is counted for reads. `deep`: pages of a list that were read beyond its first. */
export type UsageKind = 'reads' | 'misses' | 'stale' | 'deep';

const prefixes: Record<UsageKind, string> = { reads: 'r:', misses: 'm:', stale: 's:', deep: 'd:' };
const slotMinutes = 5;

/** What worker and writer count. `titleCalls`: those of `calls` that were for titles, not for pages of lists. `costMicroUsd`: millionths of a US dollar, like the metric EstimatedCost. */
export const pipelineCounters = [
  'calls',
  'titleCalls',
  'throttles',
  'failures',
  'rowsWritten',
  'rowsUnchanged',
  'costMicroUsd',
] as const;

export type PipelineCounter = (typeof pipelineCounters)[number];

/** The subject that sums up all feeds, or titles, that are not counted by name. */
export const otherSubject = '~other';

/** The name of a counter of reads. */
export function counterName(kind: UsageKind, subject: string): string {
  return `${prefixes[kind]}${subject}`;
}

/** The name of a counter of worker and writer. */
export function pipelineCounterName(counter: PipelineCounter): string {
  return `p:${counter}`;
}

/** Whether `name` is a counter of worker and writer. */
export function isPipelineCounter(name: string): boolean {
  return pipelineCounters.some((counter) => name === pipelineCounterName(counter));
}

/** Parses the name of a counter of reads; `undefined` for any other name. */
export function parseCounterName(name: string): { kind: UsageKind; subject: string } | undefined {
  const kind = (Object.keys(prefixes) as UsageKind[]).find((known) => name.startsWith(prefixes[known]));
  return kind && { kind, subject: name.slice(prefixes[kind].length) };
}

/** A title as a subject: `movie/550`. */
export function titleSubject(mediaType: MediaType, id: number): string {
  return `${mediaType}/${id}`;
}

/** A title as the counters name it. */
export type TitleRef = { mediaType: MediaType; id: number };

/** `movie/550` as a title; `undefined` for what is none. */
export function parseTitleSubject(subject: string): TitleRef | undefined {
  const [media, idText = '', ...rest] = subject.split('/');
  const mediaType = mediaTypes.find((known) => known === media);
  const isId = /^[1-9]\d{0,15}$/.test(idText) && Number.isSafeInteger(Number(idText));
  return mediaType !== undefined && isId && rest.length === 0 ? { mediaType, id: Number(idText) } : undefined;
}

/** Id of the item for the feeds in the hour of `nowMs`. */
export function feedUsageId(nowMs: number): string {
  return `usage#${hourOf(nowMs)}#feeds`;
}

/** Id of the item for the titles in the five minutes of `nowMs`. */
export function titleUsageId(nowMs: number): string {
  const minute = new Date(nowMs).getUTCMinutes();
  return titleSlotId(hourOf(nowMs), minute - (minute % slotMinutes));
}

/** Id of the item for worker and writer in the hour of `nowMs`. */
export function pipelineUsageId(nowMs: number): string {
  return `usage#${hourOf(nowMs)}#pipeline`;
}

/** Ids of all items of the hour of `nowMs`. */
export function usageIdsOfHour(nowMs: number): string[] {
  return [feedUsageId(nowMs), pipelineUsageId(nowMs), ...titleUsageIdsOfHour(nowMs)];
}

/** Ids of the items for titles in the hour of `nowMs`. */
export function titleUsageIdsOfHour(nowMs: number): string[] {
  return Array.from({ length: 60 / slotMinutes }, (_, slot) => titleSlotId(hourOf(nowMs), slot * slotMinutes));
}

function titleSlotId(hour: string, minute: number): string {
  return `usage#${hour}#titles#${String(minute).padStart(2, '0')}`;
}

/** `2026-11-25T02`. */
function hourOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 13);
}

/** The store of the counters. */
export type UsageStore = {
  /** Adds `counters` to those of the item `id`, which expires at `expiresAtMs` (epoch milliseconds). */
  add(id: string, counters: UsageCounters, expiresAtMs: number): Promise<void>;
  /** The counters of the items that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, UsageCounters>>;
};
