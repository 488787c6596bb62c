import * as z from 'zod';
import { isoFromMs, msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import { type PartName, partNames, partShape, type TitleParts } from '../queues/details/title-parts.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { pack, unpackText } from './card.ts';
import {
  type JoinedDraft,
  joinedVersion,
  joinParts,
  type StoredRow,
  timeVersion,
  versionTimeMs,
} from './joined-row.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowBytes, rowKeyText, rowSchemaVersion } from './row.ts';
import { detailsLife, titlePeriodStartMs } from './row-life.ts';

/** The details of a title, of which each part has its own age: `550` + `movie+details`. The row's own times are those of its parts. */
export const detailsRowSchema = z.object({
  ...rowBaseSchema.shape,
  /** TMDB id as text. */
  mediaId: z.string().regex(/^\d+$/),
  mediaType: z.enum(mediaTypes.map((mediaType) => `${mediaType}+details` as const)),
  /** The parts by name: JSON as one Brotli stream. */
  parts: z.instanceof(Uint8Array),
});

export type DetailsRow = z.infer<typeof detailsRowSchema>;

/** A part in a row: its fields, and its own times as those of a row (row.ts). */
type StoredPart = { fetchedAt: string; freshUntil: string; expiresAt: number } & Record<string, unknown>;
type StoredParts = Partial<Record<PartName, StoredPart>>;

const { fetchedAt, freshUntil, expiresAt } = rowBaseSchema.shape;
const storedPartsSchema = z.object(
  Object.fromEntries(
    partNames.map((part) => [part, z.object({ fetchedAt, freshUntil, expiresAt, ...partShape(part) }).optional()]),
  ),
) as unknown as z.ZodType<StoredParts>;

const digestDigits = 8;
const versionWidth = timeVersion(0).length + digestDigits;

/** `550` + `movie+details`. */
export function detailsKey(mediaType: MediaType, id: number): RowKey & { mediaType: DetailsRow['mediaType'] } {
  return { mediaId: String(id), mediaType: `${mediaType}+details` };
}

/** What a title's answer, fetched at `fetched.fetchedAt` (ISO 8601), brings for its row of details. */
export function detailsDraft(
  fetched: { mediaType: MediaType; id: number; fetchedAt: string },
  parts: TitleParts,
  settings: Settings,
): JoinedDraft<DetailsRow> {
  const key = detailsKey(fetched.mediaType, fetched.id);
  const fetchedAtMs = titlePeriodStartMs(msFromIso(fetched.fetchedAt), settings);
  const own = Object.fromEntries(
    Object.entries(parts).map(([name, fields]) => {
      const life = detailsLife(name as PartName, rowKeyText(key), fetchedAtMs, settings);
      const times = {
        fetchedAt: isoFromMs(fetchedAtMs),
        freshUntil: isoFromMs(life.freshUntilMs),
        expiresAt: Math.floor(life.expiresAtMs / 1_000),
      };
      return [name, { ...times, ...fields }];
    }),
  ) as StoredParts;
  return { ...key, over: (stored) => detailsRow(key, joinParts(partsOf(stored), own, partVersion)) };
}

/** The parts of a stored row; none when they are damaged, or unpack to more than any row: that is as good as absent. */
export function partsOf(stored: StoredRow | undefined): StoredParts {
  const row = detailsRowSchema.safeParse(stored);
  if (!row.success) {
    return {};
  }
  try {
    return storedPartsSchema.safeParse(JSON.parse(unpackText(row.data.parts))).data ?? {};
  } catch {
    return {};
  }
}

/** Parts whose changes TMDB's lists of changes tell. */
const listedParts: readonly PartName[] = ['base', 'keywords', 'credits', 'externalIds', 'certifications', 'videos'];

/**
 * How two rows of a title differ that were fetched one after the other, by their versions: the time between the fetches in milliseconds, and
 * whether a part differs whose changes TMDB's lists tell. `undefined`: the second is not of a later fetch.
 */
export function rereadOf(seen: string, version: string): { afterMs: number; isChanged: boolean } | undefined {
  const known = partNames.flatMap((name, index) => {
    const [before, now] = [seen, version].map((all) => all.slice(index * versionWidth, (index + 1) * versionWidth));
    const isKnown = [before, now].every((one) => one?.length === versionWidth && Number(one) !== 0);
    return isKnown && listedParts.includes(name) ? [{ before: before ?? '', now: now ?? '' }] : [];
  });
  const afterMs = Math.max(0, ...known.map(({ before, now }) => versionTimeMs(now) - versionTimeMs(before)));
  const digits = versionWidth - digestDigits;
  const isChanged = known.some(({ before, now }) => before.slice(digits) !== now.slice(digits));
  return afterMs > 0 ? { afterMs, isChanged } : undefined;
}

/** The later fetch is greater; within a period a digest decides, as for title rows (title-row.ts). */
function partVersion({ fetchedAt, freshUntil: _freshUntil, expiresAt: _expiresAt, ...fields }: StoredPart): string {
  return `${timeVersion(msFromIso(fetchedAt))}${stableHash(canonicalJson(fields), digestDigits)}`;
}

function detailsRow(key: RowKey & Pick<DetailsRow, 'mediaType'>, parts: StoredParts): RowDraft<DetailsRow> {
  const inOrder = partNames.map((name) => parts[name]);
  const version = joinedVersion(
    inOrder.map((part) => part && partVersion(part)),
    versionWidth,
  );
  const known = inOrder.filter((part) => part !== undefined);
  const build = (): DetailsRow => {
    const others: Omit<DetailsRow, 'parts'> = {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      fetchedAt: greatest(known.map((part) => part.fetchedAt)),
      // A part of it is stale from then on.
      freshUntil: known.map((part) => part.freshUntil).sort()[0] ?? isoFromMs(0),
      expiresAt: Math.max(0, ...known.map((part) => part.expiresAt)),
    };
    const text = JSON.stringify(
      Object.fromEntries(partNames.flatMap((name) => (parts[name] ? [[name, parts[name]]] : []))),
    );
    return { ...others, parts: pack(text, rowBytes(others) + 'parts'.length) };
  };
  return { ...key, version, build };
}

function greatest(times: readonly string[]): string {
  return [...times].sort().at(-1) ?? isoFromMs(0);
}
