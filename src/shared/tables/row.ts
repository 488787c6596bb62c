/**
 * The invariant of the table: each row carries a `version`, and a row is replaced only by one of a greater version (compared as
 * strings). A version names the content of its row completely, so equal versions are equal rows. The table is therefore
 * the maximum over the set of messages: any order, any number of deliveries and any number of writers give the same table.
 */
import * as z from 'zod';

/** Is told of a row that is there and cannot be read, and what is wrong with it in few words. */
export type OnDamaged = (key: RowKey, why: string) => void;

/**
 * Size of a row in bytes as DynamoDB counts it: UTF-8 attribute names plus values; numbers take about one byte for two
 * significant digits plus one; lists three bytes plus one an element. A write unit is 1,024 of these.
 * Source: DynamoDB developer guide, item sizes and formats, November 2026.
 */
export function rowBytes(row: Record<string, unknown>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(row)) {
    if (value !== undefined) {
      bytes += Buffer.byteLength(name) + valueBytes(value);
    }
  }
  return bytes;
}

/** Write units of one put of a row of `bytes` bytes, without its indexes. */
export function writeUnitsFor(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  if (typeof value === 'number') {
    return numberBytes(value);
  }
  if (value instanceof Uint8Array) {
    return value.byteLength;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, element) => sum + 1 + valueBytes(element), 3);
  }
  if (value !== null && typeof value === 'object') {
    return 3 + Object.keys(value).length + rowBytes(value as Record<string, unknown>);
  }
  return 1;
}

function numberBytes(value: number): number {
  const [mantissa = ''] = Math.abs(value).toString().split('e');
  const digits = mantissa.replace('.', '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}

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
