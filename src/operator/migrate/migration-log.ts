import * as z from 'zod';
import type { RowKey } from '../../shared/tables/row.ts';

const count = z.int().min(0);

/** Rows by what became of them. `migrated` includes `moved`. */
export const migrationCountsSchema = z.object({
  scanned: count,
  /** Of this schema already. */
  current: count,
  /** A dry run only: would be rewritten. */
  toMigrate: count,
  migrated: count,
  /** Rewritten under the key that this schema gives them. */
  moved: count,
  /** Rewritten, or to be, and past their hard TTL: for no reader, and for DynamoDB to delete. */
  expired: count,
  /** The writer had put a newer one meanwhile. */
  overtaken: count,
  /** Deleted by somebody meanwhile. */
  gone: count,
  notUnderstood: count,
});

export type MigrationCounts = z.infer<typeof migrationCountsSchema>;

/** Nothing seen yet. */
export const noCounts: MigrationCounts = {
  scanned: 0,
  current: 0,
  toMigrate: 0,
  migrated: 0,
  moved: 0,
  expired: 0,
  overtaken: 0,
  gone: 0,
  notUnderstood: 0,
};

/** How far a migration is: every row up to `last` is done. */
export const migrationStateSchema = z.object({
  startedAt: z.iso.datetime(),
  last: z.object({ mediaId: z.string(), mediaType: z.string() }).optional(),
  counts: migrationCountsSchema,
  finished: z.boolean(),
});

export type MigrationState = z.infer<typeof migrationStateSchema>;

/** A row that is left to a person. */
export const unreadRowSchema = z.object({ mediaId: z.string(), mediaType: z.string(), reason: z.string() });

export type UnreadRow = RowKey & { reason: string };

/** A migration as it is known; `notUnderstood` has as many rows as are counted. */
export type Migration = { state: MigrationState; notUnderstood: UnreadRow[] };

/** Where a migration's progress is kept. */
export type MigrationLog = {
  /** What was saved last; `undefined` when nothing was. @throws UsageError when there is no place for it. */
  load(): Promise<Migration | undefined>;
  /** Saves a migration that went on from what was loaded or saved last. */
  save(migration: Migration): Promise<void>;
};
