import * as z from 'zod';
import { isoFromMs } from '../core/clock.ts';

/**
 * The reads of one UTC day by feed and by title, aggregated from the counters of its hours after the day has ended: item `demand#2026-11-24` of
 * `PipelineControl`. A month of history is then 30 small items instead of 720.
 */
export const demandDaySchema = z.object({
  feeds: z.record(
    z.string(),
    z.object({
      /** Reads of each hour, 00 to 23 UTC. */
      reads: z.array(z.number().min(0)).length(24),
      /** Pages beyond the first that were read on this day. */
      deep: z.number().min(0),
    }),
  ),
  /** Reads of the titles that were read most, by `movie/550`. Days of earlier builds have none. */
  titles: z.record(z.string(), z.number().min(0)).optional(),
});

export type DemandDay = z.infer<typeof demandDaySchema>;

/** Item of the UTC day of `atMs`. */
export function demandDayId(atMs: number): string {
  return `demand#${isoFromMs(atMs).slice(0, 10)}`;
}

/** Days of demand. The counters of a past day no longer change, so every caller puts the same item. */
export type DemandDays = {
  /** The days that exist under `ids` and can be read, by id. */
  read(ids: readonly string[]): Promise<Map<string, DemandDay>>;
  /** Puts the day `id`, which expires at `expiresAtMs` (epoch milliseconds). */
  put(id: string, day: DemandDay, expiresAtMs: number): Promise<void>;
};
