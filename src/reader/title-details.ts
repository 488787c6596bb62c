/**
 * The details of a title as they are answered: of each part what is known at the time, and of one country what is kept by country.
 */
import { dayMs, msFromIso } from '../shared/core/clock.ts';
import {
  type DetailValues,
  fieldsOf,
  type Part,
  type PartName,
  partNames,
} from '../shared/queues/details/title-parts.ts';
import { type WatchService, watchIn } from '../shared/queues/details/watch.ts';
import { keptCountries } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { StoredParts } from '../shared/tables/details-row.ts';
import type { TitleDetails } from './reader-api.ts';

/** The parts of which something is known, each with its times as in a row (row.ts). */
export type KnownParts = {
  [Name in PartName]?: Part<Name> & { fetchedAt: string; freshUntil: string; expiresAt: number };
};

/** The parts of a title that are not past their hard TTL at `nowMs`. */
export function knownParts(parts: StoredParts, nowMs: number): KnownParts {
  return Object.fromEntries(Object.entries(parts).filter(([, { expiresAt }]) => nowMs < expiresAt * 1_000));
}

/** The life of each known part. */
export function livesOf(known: KnownParts): { fetchedAt: string; freshUntilMs: number; expiresAtMs: number }[] {
  return Object.values(known).map(({ fetchedAt, freshUntil, expiresAt }) => ({
    fetchedAt,
    freshUntilMs: msFromIso(freshUntil),
    expiresAtMs: expiresAt * 1_000,
  }));
}

/** A part that TMDB's last answer lacked is asked for again after this time. */
const retryUnknownMs = dayMs;

/**
 * What makes the details of a title worth a call: when the youngest of the stale parts was fetched, or, a day later, the last answer that
 * lacked a part; `''` where nothing is known. `undefined`: nothing does. `isLacking`: whether something is missing; default: a part is.
 */
export function dueSince(
  known: KnownParts,
  country: string,
  nowMs: number,
  settings: Settings,
  isLacking = unknownIn(known, country, settings).length > 0,
): string | undefined {
  const all = Object.values(known);
  const stale = all.filter(({ freshUntil }) => nowMs >= msFromIso(freshUntil)).map(({ fetchedAt }) => fetchedAt);
  const last = latest(all.map(({ fetchedAt }) => fetchedAt));
  const lacking = isLacking && (last === undefined || nowMs >= msFromIso(last) + retryUnknownMs) ? [last ?? ''] : [];
  return latest([...stale, ...lacking]);
}

/**
 * The parts of which nothing is known, or nothing of `country`: such a part was fetched when the settings did not keep the country yet.
 */
export function unknownIn(known: KnownParts, country: string, settings: Settings): PartName[] {
  const isKept = keptCountries(settings).includes(country);
  const byCountry: Readonly<Partial<Record<PartName, object>>> = {
    ...(known.certifications && { certifications: known.certifications.certifications }),
    ...(known.watch && { watch: known.watch.watch }),
  };
  return partNames.filter(
    (name) => known[name] === undefined || (isKept && !Object.hasOwn(byCountry[name] ?? { [country]: null }, country)),
  );
}

/** The details at `nowMs`, of `country`. `serviceOf` knows the names of services. */
export function detailsAnswer(
  known: KnownParts,
  country: string,
  serviceOf: (id: number) => WatchService,
  nowMs: number,
  settings: Settings,
): TitleDetails {
  const { certifications, watch } = known;
  return {
    ...fieldsIn(known),
    region: country,
    regionProblem: regionProblem(known, country, settings),
    certification: certifications?.certifications[country] ?? null,
    watch:
      watch !== undefined && Object.hasOwn(watch.watch, country)
        ? watchIn(watch.watch[country], watch.fetchedAt, serviceOf)
        : null,
    fetchedAt: Object.fromEntries(partNames.map((name) => [name, known[name]?.fetchedAt ?? null])) as Record<
      PartName,
      string | null
    >,
    stale: partNames.filter((name) => {
      const part = known[name];
      return part !== undefined && nowMs >= msFromIso(part.freshUntil);
    }),
    unknown: unknownIn(known, country, settings),
  };
}

/** The fields of all parts: `null` where the part is unknown. */
function fieldsIn(known: KnownParts) {
  const fields = partNames.flatMap((part) =>
    fieldsOf(part).map(([name]) => [name, (known[part] as Record<string, unknown> | undefined)?.[name] ?? null]),
  );
  return Object.fromEntries(fields) as { [Field in keyof DetailValues]: DetailValues[Field] | null };
}

/** A country that the settings do not keep has nothing, unless it was kept when the title was fetched. */
function regionProblem(known: KnownParts, country: string, settings: Settings): string | null {
  const kept = keptCountries(settings);
  const byCountry: Part<'watch'>['watch'] | Part<'certifications'>['certifications'] | undefined =
    known.watch?.watch ?? known.certifications?.certifications;
  return kept.includes(country) || (byCountry !== undefined && Object.hasOwn(byCountry, country))
    ? null
    : `certifications and services of ${country} are not kept: kept are those of ${kept.join(', ')}`;
}

function latest(times: readonly string[]): string | undefined {
  return [...times].sort().at(-1);
}
