/** Reference data in the catalog table: one row says where images are, one what the services are called that titles name by id. */
import * as z from 'zod';
import { msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import {
  type Images,
  mediaOfServices,
  type Reference,
  type ReferenceName,
  referenceNames,
  referenceSchema,
  type Service,
  servicesShape,
} from '../queues/reference.ts';
import { keptCountries } from '../settings/settings.ts';
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
} from './joined-row.ts';
import { type RowDraft, rowBaseSchema, rowBytes, rowSchemaVersion } from './row.ts';
import { referenceLife, titlePeriodStartMs } from './row-life.ts';

/** `reference` + `configuration`. */
export const configurationKey = { mediaId: 'reference', mediaType: 'configuration' } as const;

/** `reference` + `services`. */
export const servicesKey = { mediaId: 'reference', mediaType: 'services' } as const;

const [configurationReference] = referenceSchema.options;

/** A row of reference data. */
export const referenceRowSchema = z.discriminatedUnion('mediaType', [
  z.object({
    ...rowBaseSchema.shape,
    mediaId: z.literal(configurationKey.mediaId),
    mediaType: z.literal(configurationKey.mediaType),
    images: configurationReference.shape.images,
  }),
  z.object({
    ...rowBaseSchema.shape,
    mediaId: z.literal(servicesKey.mediaId),
    mediaType: z.literal(servicesKey.mediaType),
    /** The services of films and of series, of which each list has its own age: JSON as one Brotli stream. */
    parts: z.instanceof(Uint8Array),
  }),
]);

export type ReferenceRow = z.infer<typeof referenceRowSchema>;
type ConfigurationRow = Extract<ReferenceRow, { mediaType: 'configuration' }>;
type ServicesRow = Extract<ReferenceRow, { mediaType: 'services' }>;

/** The rows of reference data that there are. */
export type ReferenceRows = { configuration?: ConfigurationRow; services?: ServicesRow };

/** The rows by what they are. */
export function referenceRowsOf(rows: readonly ReferenceRow[]): ReferenceRows {
  return Object.fromEntries(rows.map((row) => [row.mediaType, row]));
}

/** A list of services in a row, with its own times. */
type StoredServices = PartTimes & { countries: string[]; services: Service[] };
type StoredParts = Partial<Record<MediaType, StoredServices>>;

const storedServices = z
  .object({ ...partTimesShape, ...servicesShape })
  .optional()
  .catch(undefined);
const storedPartsSchema = z.object({ movie: storedServices, tv: storedServices });

/** What `reference`, fetched at `fetchedAt` (ISO 8601), brings for its row. */
export function referenceDraft(
  { fetchedAt, reference }: { fetchedAt: string; reference: Reference },
  settings: Settings,
): JoinedDraft<ReferenceRow> {
  const { what } = reference;
  const fetchedAtMs = titlePeriodStartMs(msFromIso(fetchedAt), settings);
  const times = partTimes(fetchedAtMs, referenceLife(what, fetchedAtMs, settings));
  if (reference.what === 'configuration') {
    const own = { ...times, images: reference.images };
    return {
      ...configurationKey,
      over: (stored) => configurationRow(joinParts(imagesOf(stored), { images: own }, partVersion).images ?? own),
      versionOf: (stored) => {
        const { images } = imagesOf(stored);
        return images === undefined ? '' : partVersion(images);
      },
    };
  }
  const { countries, services } = reference;
  const own: StoredParts = { [mediaOfServices(what) ?? '']: { ...times, countries, services } };
  return {
    ...servicesKey,
    over: (stored) => servicesRow(joinParts(servicePartsOf(stored), own, partVersion)),
    versionOf: (stored) => servicesRow(servicePartsOf(stored)).version,
  };
}

type StoredImages = PartTimes & { images: Images };

function imagesOf(stored: StoredRow | undefined): { images?: StoredImages } {
  const row = referenceRowSchema.safeParse(stored).data;
  if (row?.mediaType !== 'configuration') {
    return {};
  }
  const { fetchedAt, freshUntil, expiresAt, images } = row;
  return { images: { fetchedAt, freshUntil, expiresAt, images } };
}

function configurationRow(part: StoredImages): RowDraft<ConfigurationRow> {
  const version = partVersion(part);
  const base = { ...configurationKey, schemaVersion: rowSchemaVersion, version, source: 'tmdb' } as const;
  return { ...configurationKey, version, build: () => ({ ...base, ...part }) };
}

function servicesRow(parts: StoredParts): RowDraft<ServicesRow> {
  const inOrder = mediaTypes.map((mediaType) => parts[mediaType]);
  const version = joinedVersion(
    inOrder.map((part) => part && partVersion(part)),
    partVersionWidth,
  );
  const build = (): ServicesRow => {
    const others: Omit<ServicesRow, 'parts'> = {
      ...servicesKey,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      ...joinedTimes(inOrder.filter((part) => part !== undefined)),
    };
    const { movie, tv } = parts;
    return { ...others, parts: pack(JSON.stringify({ movie, tv }), rowBytes(others) + 'parts'.length) };
  };
  return { ...servicesKey, version, build };
}

/** The lists of a row; none when it is damaged, or unpacks to more than any: that is as good as absent. */
function servicePartsOf(stored: StoredRow | undefined): StoredParts {
  const row = referenceRowSchema.safeParse(stored).data;
  if (row?.mediaType !== 'services') {
    return {};
  }
  try {
    const { movie, tv } = storedPartsSchema.safeParse(JSON.parse(unpackText(row.parts))).data ?? {};
    return { ...(movie && { movie }), ...(tv && { tv }) };
  } catch {
    return {};
  }
}

/** The services of a row by TMDB's id, those of lists that are expired at `nowMs` left out. */
export function servicesById(row: ReferenceRows['services'], nowMs: number): Map<number, Service> {
  const { movie, tv } = servicePartsOf(row);
  const live = [movie, tv].filter((part) => part !== undefined && nowMs < part.expiresAt * 1_000);
  // Of two names the later one.
  const inOrder = live.sort((a, b) => ((a?.fetchedAt ?? '') < (b?.fetchedAt ?? '') ? -1 : 1));
  return new Map(inOrder.flatMap((part) => part?.services ?? []).map((service) => [service.id, service]));
}

/** Reference data that is to be fetched, and why. */
export type DueReference = readonly [what: ReferenceName, why: string];

/**
 * What of the reference data is to be fetched at `nowMs`, and why: what is missing or stale, and lists of services that were made for
 * other countries than those that are kept now.
 */
export function dueReferences(rows: ReferenceRows, nowMs: number, settings: Settings): DueReference[] {
  const parts = servicePartsOf(rows.services);
  return referenceNames.flatMap((what) => {
    const mediaType = mediaOfServices(what);
    const part = mediaType === undefined ? rows.configuration : parts[mediaType];
    const why = whyDue(part, nowMs, settings);
    return why === undefined ? [] : [[what, why] as const];
  });
}

function whyDue(
  part: (PartTimes & { countries?: readonly string[] }) | undefined,
  nowMs: number,
  settings: Settings,
): string | undefined {
  if (part === undefined || nowMs >= part.expiresAt * 1_000) {
    return 'not in the table';
  }
  if (nowMs >= msFromIso(part.freshUntil)) {
    return `stale since ${part.freshUntil}`;
  }
  const missing = keptCountries(settings).filter((country) => part.countries?.includes(country) === false);
  return missing.length === 0 ? undefined : `made without ${missing.join(', ')}`;
}
