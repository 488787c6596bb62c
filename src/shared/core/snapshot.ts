import * as z from 'zod';
import { stableHash } from './stable-hash.ts';

/** Id of a run: eight hex digits. */
export const runIdSchema = z.string().regex(/^[0-9a-f]{8}$/, 'a run id is eight hex digits');

/** `<occurrence, ISO 8601 UTC to the second>.<run id>`. The width is fixed, so snapshots sort by time as plain strings. */
export const snapshotSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.[0-9a-f]{8}$/, 'a snapshot is an occurrence time and a run id')
  .refine((text) => !Number.isNaN(snapshotTimeMs(text)), 'a snapshot names a time that exists');

/** The id of the run for `identity` (a schedule occurrence or an ad-hoc request): the same on every delivery. */
export function runIdFor(identity: string): string {
  return stableHash(identity, 8);
}

/** The snapshot of the run `runId` planned for `occurrenceMs` (epoch milliseconds). */
export function snapshotFor(occurrenceMs: number, runId: string): string {
  return `${new Date(occurrenceMs).toISOString().slice(0, 19)}Z.${runId}`;
}

/** Epoch milliseconds of the occurrence a snapshot belongs to. */
export function snapshotTimeMs(snapshot: string): number {
  return Date.parse(snapshot.slice(0, 20));
}
