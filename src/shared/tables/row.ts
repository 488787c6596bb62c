/**
 * The invariant of the table: each row has a `version`, and only a row with a greater version (compared as strings) replaces it.
 * A version determines the content of its row completely, so equal versions mean equal rows. The table is therefore the maximum over
 * the set of messages: any order, any number of deliveries and any number of writers give the same table.
 */
import * as z from 'zod';

/** Called for a row that exists and cannot be read; `why` says in a few words what is wrong with it. */
export type OnDamaged = (key: RowKey, why: string) => void;

/**
 * Size of a row in bytes as DynamoDB counts it: attribute names in UTF-8 plus values. A number takes about one byte for two significant
 * digits, plus one; a list three bytes, plus one for each element. A write unit is 1,024 bytes.
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

/** The end of the year 9999. A time that was stored in milliseconds by mistake is beyond it, and so are values that are not dates. */
const latestEpochSeconds = 253_402_300_799;

/** Members of every row. */
export const rowBaseSchema = z.object({
  mediaId: z.string().min(1),
  mediaType: z.string().min(1),
  schemaVersion: z.literal(rowSchemaVersion),
  version: z.string().min(1),
  source: z.literal('tmdb'),
  /** ISO 8601 UTC. */
  fetchedAt: z.iso.datetime(),
  /** Soft TTL, ISO 8601 UTC: from then on the row is stale. */
  freshUntil: z.iso.datetime(),
  /** Hard TTL, epoch seconds: from then on the row is expired and not served. */
  expiresAt: z.int().min(0).max(latestEpochSeconds),
});

/** Primary key of a row. */
export type RowKey = { mediaId: string; mediaType: string };

/** A row that is not built yet. The version decides whether it is written at all; `build` packs the content, which takes time. */
export type RowDraft<Row> = RowKey & { version: string; build(): Row };

/** A key as one text. It is unique, since no part of a key contains a line break. */
export function rowKeyText(key: RowKey): string {
  return `${key.mediaId}\n${key.mediaType}`;
}

/** Whether a row is before its hard TTL. DynamoDB may delete expired rows hours later. */
export function isLive(row: { expiresAt: number }, nowMs: number): boolean {
  return nowMs < row.expiresAt * 1000;
}
