import * as z from 'zod';
import { msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import { isRow, type Row } from '../queues/details/detail-kinds.ts';
import { type PartName, partNames, partShape, type TitleParts } from '../queues/details/title-parts.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { pack, unpackText } from './card.ts';
import {
  type JoinedDraft,
  joinedTimes,
  joinedVersion,
  joinParts,
  keptVersion,
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

const partSchemas = Object.fromEntries(
  partNames.map((part) => [part, z.looseObject({ ...partTimesShape, ...partShape(part) })]),
) as unknown as Record<PartName, z.ZodType<StoredPart>>;

/** A part that cannot be read counts as absent, and the others stay. */
const storedPartsSchema = z.object(
  Object.fromEntries(partNames.map((part) => [part, partSchemas[part].optional().catch(undefined)])),
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
  const own: KeptParts = Object.fromEntries(
    Object.entries(parts).map(([name, fields]) => {
      const life = detailsLife(name as PartName, rowKeyText(key), fetchedAtMs, settings);
      const part = { ...partTimes(fetchedAtMs, life), ...fields };
      return [name, { version: partVersion(part), part }];
    }),
  );
  return {
    ...key,
    over: (stored) => {
      const { kept, later } = storedIn(stored);
      return detailsRow(
        key,
        joinParts(kept, own, ({ version }) => version),
        later,
      );
    },
    versionOf: (stored) => {
      const { kept, later } = storedIn(stored);
      return detailsRow(key, kept, later).version;
    },
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

function laterPartsOf(json: Row, version: string): LaterParts {
  const versions = version.slice(partNames.length * partVersionWidth);
  const parts = versions === '' ? [] : Object.entries(json).filter(([name]) => !isPartName(name));
  return parts.length === 0 ? { versions: '', parts } : { versions, parts };
}

/**
 * A part as a join takes it: as it stands in the row, with its place in the row's version. Another release may keep more of it, or other
 * values, than this one can read; so a join looks at its times alone.
 */
type KeptPart = { version: string; part: PartTimes & Row };
type KeptParts = Partial<Record<PartName, KeptPart>>;

const timesSchema = z.object(partTimesShape);

/** What a join keeps of a stored row; nothing where it is damaged. */
function storedIn(stored: StoredRow | undefined): { kept: KeptParts; later: LaterParts } {
  const json = unpacked(stored);
  const parts = isRow(json) ? json : {};
  const version = String(stored?.version ?? '');
  const kept = partNames.flatMap((name, index) => {
    const part = parts[name];
    const place = version.slice(index * partVersionWidth, (index + 1) * partVersionWidth);
    return hasTimes(part) && isSound(name, part, place)
      ? [[name, { version: keptVersion(part, place), part }] as const]
      : [];
  });
  return { kept: Object.fromEntries(kept), later: laterPartsOf(parts, version) };
}

/** Whether a part is what somebody has written: what this release can read, or what its digest fits, which another release can read. */
function isSound(name: PartName, part: KeptPart['part'], place: string): boolean {
  return partVersion(part) === place || partSchemas[name].safeParse(part).success;
}

function hasTimes(part: unknown): part is KeptPart['part'] {
  return isRow(part) && timesSchema.safeParse(part).success;
}

function isPartName(name: string): boolean {
  return (partNames as readonly string[]).includes(name);
}

function detailsRow(
  key: RowKey & Pick<DetailsRow, 'mediaType'>,
  parts: KeptParts,
  later: LaterParts,
): RowDraft<DetailsRow> {
  const own = joinedVersion(
    partNames.map((name) => parts[name]?.version),
    partVersionWidth,
  );
  const version = `${own}${later.versions}`;
  const build = (): DetailsRow => {
    const others: Omit<DetailsRow, 'parts'> = {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      ...joinedTimes(Object.values(parts).map(({ part }) => part)),
    };
    const known = partNames.flatMap((name) => (parts[name] ? [[name, parts[name].part] as const] : []));
    const text = JSON.stringify(Object.fromEntries([...known, ...later.parts]));
    return { ...others, parts: pack(text, rowBytes(others) + 'parts'.length) };
  };
  return { ...key, version, build };
}
