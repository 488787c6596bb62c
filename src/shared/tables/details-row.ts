import * as z from 'zod';
import { msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import { isRow } from '../queues/details/detail-kinds.ts';
import { type PartName, partNames, partShape, type TitleParts } from '../queues/details/title-parts.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { pack, unpackText } from './card.ts';
import {
  type JoinedDraft,
  joinedTimes,
  joinedVersion,
  joinParts,
  type PartTimes,
  partTimes,
  partTimesShape,
  partVersion,
  partVersionWidth,
  type StoredRow,
  versionContent,
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

/** A part in a row: its fields, and its own times. Fields that a later release has are kept as they are. */
type StoredPart = PartTimes & Record<string, unknown>;

/** The parts of a row that are known. They may be past their hard TTL. */
export type StoredParts = Partial<Record<PartName, StoredPart>>;

/** A part that cannot be read counts as absent, and the others stay. */
const storedPartsSchema = z.object(
  Object.fromEntries(
    partNames.map((part) => [
      part,
      z
        .looseObject({ ...partTimesShape, ...partShape(part) })
        .optional()
        .catch(undefined),
    ]),
  ),
) as unknown as z.ZodType<StoredParts>;

/** `550` + `movie+details`. */
export function detailsKey(mediaType: MediaType, id: number): RowKey & { mediaType: DetailsRow['mediaType'] } {
  return { mediaId: String(id), mediaType: `${mediaType}+details` };
}

/** Whether a key is that of a row of details. */
export function isDetailsKey({ mediaType }: { mediaType?: unknown }): boolean {
  return typeof mediaType === 'string' && mediaType.endsWith('+details');
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
      return [name, { ...partTimes(fetchedAtMs, life), ...fields }];
    }),
  ) as StoredParts;
  return {
    ...key,
    over: (stored) => detailsRow(key, joinParts(partsOf(stored), own, partVersion), laterPartsOf(stored)),
    versionOf: (stored) => detailsRow(key, partsOf(stored), laterPartsOf(stored)).version,
  };
}

/** The parts of a stored row; none when they are damaged, or unpack to more than any row: that is as good as absent. */
export function partsOf(stored: StoredRow | undefined): StoredParts {
  const parts = storedPartsSchema.safeParse(unpacked(stored)).data ?? {};
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

/** The JSON of a row, before its parts are checked; `undefined` when it cannot be read. */
function unpacked(stored: StoredRow | undefined): unknown {
  const row = detailsRowSchema.safeParse(stored);
  try {
    return row.success ? JSON.parse(unpackText(row.data.parts)) : undefined;
  } catch {
    return undefined;
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
    const [before, now] = [seen, version].map((all) =>
      all.slice(index * partVersionWidth, (index + 1) * partVersionWidth),
    );
    const isKnown = [before, now].every((one) => one?.length === partVersionWidth && Number(one) !== 0);
    return isKnown && listedParts.includes(name) ? [{ before: before ?? '', now: now ?? '' }] : [];
  });
  const afterMs = Math.max(0, ...known.map(({ before, now }) => versionTimeMs(now) - versionTimeMs(before)));
  const isChanged = known.some(({ before, now }) => versionContent(before) !== versionContent(now));
  return afterMs > 0 ? { afterMs, isChanged } : undefined;
}

/** Parts that a later release has put behind those of this one, and their versions: a join keeps both as they are. */
type LaterParts = { versions: string; parts: readonly (readonly [string, unknown])[] };

function laterPartsOf(stored: StoredRow | undefined): LaterParts {
  const versions = String(stored?.version ?? '').slice(partNames.length * partVersionWidth);
  const json = versions === '' ? undefined : unpacked(stored);
  const parts = isRow(json) ? Object.entries(json).filter(([name]) => !isPartName(name)) : [];
  return parts.length === 0 ? { versions: '', parts } : { versions, parts };
}

function isPartName(name: string): boolean {
  return (partNames as readonly string[]).includes(name);
}

function detailsRow(
  key: RowKey & Pick<DetailsRow, 'mediaType'>,
  parts: StoredParts,
  later: LaterParts,
): RowDraft<DetailsRow> {
  const inOrder = partNames.map((name) => parts[name]);
  const own = joinedVersion(
    inOrder.map((part) => part && partVersion(part)),
    partVersionWidth,
  );
  const version = `${own}${later.versions}`;
  const build = (): DetailsRow => {
    const others: Omit<DetailsRow, 'parts'> = {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      ...joinedTimes(inOrder.filter((part) => part !== undefined)),
    };
    const known = partNames.flatMap((name) => (parts[name] ? [[name, parts[name]] as const] : []));
    const text = JSON.stringify(Object.fromEntries([...known, ...later.parts]));
    return { ...others, parts: pack(text, rowBytes(others) + 'parts'.length) };
  };
  return { ...key, version, build };
}
