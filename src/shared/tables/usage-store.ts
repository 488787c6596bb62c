import type { MediaType } from '../core/feed.ts';

/**
 * Usage counters in `PipelineControl`. An item holds counters by name, so that one update adds to all of them:
 *
 *   usage#2026-11-25T02#feeds       of the hour, by feed:   `r:` reads, `m:` reads that missed, `s:` reads that were stale,
 *                                   `d:` pages asked for beyond the first
 *   usage#2026-11-25T02#titles#05   of five minutes, by title: the same. An update is billed by the size of its item, and
 *                                   there are many titles
 *   usage#2026-11-25T02#pipeline    of the hour: what worker and writer did, `p:calls`, `p:rowsWritten`, …
 *
 * The order of magnitude of a flush is thus one write unit for the feeds and one or two for the titles.
 */

/** Counts by counter name, such as `r:popular/movie/global/en-US`; none is zero. */
export type UsageCounters = Readonly<Record<string, number>>;

/** What is counted of reads. `deep`: pages of a list that were asked for beyond its first. */
export type UsageKind = 'reads' | 'misses' | 'stale' | 'deep';

const prefixes: Record<UsageKind, string> = { reads: 'r:', misses: 'm:', stale: 's:', deep: 'd:' };
const slotMinutes = 5;

/** What the pipeline counts of itself. `costMicroUsd`: millionths of a US dollar, as the metric EstimatedCost has them. */
export const pipelineCounters = [
  'calls',
  'throttles',
  'failures',
  'rowsWritten',
  'rowsUnchanged',
  'costMicroUsd',
] as const;

export type PipelineCounter = (typeof pipelineCounters)[number];

/** Everything that was read of feeds, or of titles, beyond what is counted by name. */
export const otherSubject = '~other';

/** A counter's name. */
export function counterName(kind: UsageKind, subject: string): string {
  return `${prefixes[kind]}${subject}`;
}

/** The name of one of the pipeline's own counters. */
export function pipelineCounterName(counter: PipelineCounter): string {
  return `p:${counter}`;
}

/** Whether a name is one of the pipeline's own counters. */
export function isPipelineCounter(name: string): boolean {
  return pipelineCounters.some((counter) => name === pipelineCounterName(counter));
}

/** What a counter's name means; `undefined` for a name that is none. */
export function parseCounterName(name: string): { kind: UsageKind; subject: string } | undefined {
  const kind = (Object.keys(prefixes) as UsageKind[]).find((known) => name.startsWith(prefixes[known]));
  return kind && { kind, subject: name.slice(prefixes[kind].length) };
}

/** A title as a subject: `movie/550`. */
export function titleSubject(mediaType: MediaType, id: number): string {
  return `${mediaType}/${id}`;
}

/** Item of the hour of `nowMs` for the feeds. */
export function feedUsageId(nowMs: number): string {
  return `usage#${hourOf(nowMs)}#feeds`;
}

/** Item of the five minutes of `nowMs` for the titles. */
export function titleUsageId(nowMs: number): string {
  const minute = new Date(nowMs).getUTCMinutes();
  return titleSlotId(hourOf(nowMs), minute - (minute % slotMinutes));
}

/** Item of the hour of `nowMs` for the pipeline's own counters. */
export function pipelineUsageId(nowMs: number): string {
  return `usage#${hourOf(nowMs)}#pipeline`;
}

/** Every item of the hour of `nowMs`. */
export function usageIdsOfHour(nowMs: number): string[] {
  const slots = Array.from({ length: 60 / slotMinutes }, (_, slot) => titleSlotId(hourOf(nowMs), slot * slotMinutes));
  return [feedUsageId(nowMs), pipelineUsageId(nowMs), ...slots];
}

function titleSlotId(hour: string, minute: number): string {
  return `usage#${hour}#titles#${String(minute).padStart(2, '0')}`;
}

/** `2026-11-25T02`. */
function hourOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 13);
}

/** Where reads are counted. */
export type UsageStore = {
  /** Adds `counters` to those of the item `id`, which expires at `expiresAtMs` (epoch milliseconds). */
  add(id: string, counters: UsageCounters, expiresAtMs: number): Promise<void>;
  /** The counters of the items that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, UsageCounters>>;
};
