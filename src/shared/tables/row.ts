/**
 * The law of the table: each row carries a `version`, and a row is replaced only by one of a greater version (compared as
 * strings). A version names the content of its row completely, so equal versions are equal rows. The table is therefore
 * the maximum over the set of messages: any order, any number of deliveries and any number of writers give the same table.
 */
import * as z from 'zod';

/** Version of the row layout. */
export const rowSchemaVersion = 1;

/** The end of the year 9999: a time in milliseconds lies behind it, and so does all that is no date. */
const latestEpochSeconds = 253_402_300_799;

/** Members that every row carries. */
export const rowBaseSchema = z.object({
  mediaId: z.string().min(1),
  mediaType: z.string().min(1),
  schemaVersion: z.literal(rowSchemaVersion),
  version: z.string().min(1),
  source: z.literal('tmdb'),
  /** ISO 8601 UTC. */
  fetchedAt: z.iso.datetime(),
  /** Soft TTL, ISO 8601 UTC: later it is served as stale. */
  freshUntil: z.iso.datetime(),
  /** Hard TTL, epoch seconds: later it does not exist. */
  expiresAt: z.int().min(0).max(latestEpochSeconds),
});

/** Primary key of a row. */
export type RowKey = { mediaId: string; mediaType: string };

/** A row that is not built yet. Its version decides whether it is written; packing its content is what costs time. */
export type RowDraft<Row> = RowKey & { version: string; build(): Row };

/** One text for one key; no part of a key holds a line break. */
export function rowKeyText(key: RowKey): string {
  return `${key.mediaId}\n${key.mediaType}`;
}

/** Whether a row still exists for readers, whatever DynamoDB has deleted. */
export function isLive(row: { expiresAt: number }, nowMs: number): boolean {
  return nowMs < row.expiresAt * 1000;
}
