/**
 * Rows that are joined of parts. The parts of a title come together as a rule, but an answer may lack one, and a part may be fetched by
 * itself; so each has a version of its own, and of two rows the join has the greater version of every part. The row's `version` is the
 * versions of its parts one after the other, each of a fixed width: a join is never smaller, as text, than what it was joined of, and
 * greater wherever a part of it is. So the invariant of row.ts holds: the table is a function of the set of messages.
 *
 * A put "unless the table has a greater version" would lose a part that another writer has put meanwhile. A joined row therefore replaces
 * only the very row that it was joined with.
 */
import { isoFromMs, minuteMs, msFromIso } from '../core/clock.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import { type RowDraft, type RowKey, rowBaseSchema } from './row.ts';
import type { Life } from './row-life.ts';

/** A stored row as it was read: not checked. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** What a message brings for a joined row. */
export type JoinedDraft<Row> = RowKey & {
  /** The join with what stands in the table, of which damaged parts count as absent; `undefined`: nothing does. */
  over(stored: StoredRow | undefined): RowDraft<Row>;
  /** The version of what can be read of a stored row. It differs from the one that the row names where a part of it is damaged. */
  versionOf(stored: StoredRow | undefined): string;
};

/** Digits for minutes since 1970 in base 36: they last to the year 150,000. */
const timeDigits = 8;

/** The beginning of a part's version: later is greater. */
export function timeVersion(fetchedAtMs: number): string {
  return Math.max(0, Math.floor(fetchedAtMs / minuteMs))
    .toString(36)
    .padStart(timeDigits, '0');
}

/** The time at the beginning of a part's version, epoch milliseconds; NaN where there is none. */
export function versionTimeMs(version: string): number {
  return Number.parseInt(version.slice(0, timeDigits), 36) * minuteMs;
}

/** What follows the time in a part's version: equal contents have equal ones. */
export function versionContent(version: string): string {
  return version.slice(timeDigits);
}

/** A part's own times, as those of a row (row.ts). */
export type PartTimes = { fetchedAt: string; freshUntil: string; expiresAt: number };

const { fetchedAt, freshUntil, expiresAt } = rowBaseSchema.shape;

/** The members of a part that are its times. */
export const partTimesShape = { fetchedAt, freshUntil, expiresAt };

/** The times of a part that was fetched at `fetchedAtMs`. */
export function partTimes(fetchedAtMs: number, life: Life): PartTimes {
  return {
    fetchedAt: isoFromMs(fetchedAtMs),
    freshUntil: isoFromMs(life.freshUntilMs),
    expiresAt: Math.floor(life.expiresAtMs / 1_000),
  };
}

/** The times of a row with these parts: it is stale when one of them is, and expires with the last of them. */
export function joinedTimes(parts: readonly PartTimes[]): PartTimes {
  return {
    fetchedAt:
      parts
        .map((part) => part.fetchedAt)
        .sort()
        .at(-1) ?? isoFromMs(0),
    freshUntil: parts.map((part) => part.freshUntil).sort()[0] ?? isoFromMs(0),
    expiresAt: Math.max(0, ...parts.map((part) => part.expiresAt)),
  };
}

const digestDigits = 8;

/** The width of a version that `partVersion` makes. */
export const partVersionWidth = timeDigits + digestDigits;

/** The version of a part with its times: the later fetch is greater; of one time a digest of the content decides, as for title rows. */
export function partVersion({
  fetchedAt,
  freshUntil: _freshUntil,
  expiresAt: _expiresAt,
  ...content
}: PartTimes & Readonly<Record<string, unknown>>): string {
  return `${timeVersion(msFromIso(fetchedAt))}${stableHash(canonicalJson(content), digestDigits)}`;
}

/**
 * The version of a part that stands in a row, where `place` is its place in the row's version. Another release may digest what it keeps in another
 * way, so the place counts, unless it tells of another time than the part.
 */
export function keptVersion(part: PartTimes & Readonly<Record<string, unknown>>, place: string): string {
  const own = partVersion(part);
  const isOfPart = place.length === own.length && place.slice(0, timeDigits) === own.slice(0, timeDigits);
  return isOfPart ? place : own;
}

/** A row's version of those of its parts, in their order; `undefined`: the part is unknown. Each is `width` characters wide. */
export function joinedVersion(partVersions: readonly (string | undefined)[], width: number): string {
  return partVersions.map((version) => version ?? '0'.repeat(width)).join('');
}

/** The parts with the greater versions of two rows. A part that only one has is known. */
export function joinParts<Name extends string, Part>(
  a: Readonly<Partial<Record<Name, Part>>>,
  b: Readonly<Partial<Record<Name, Part>>>,
  versionOf: (part: Part) => string,
): Partial<Record<Name, Part>> {
  const joined: Partial<Record<Name, Part>> = { ...a };
  for (const [name, part] of Object.entries(b) as [Name, Part][]) {
    const known = joined[name];
    if (known === undefined || versionOf(known) < versionOf(part)) {
      joined[name] = part;
    }
  }
  return joined;
}
