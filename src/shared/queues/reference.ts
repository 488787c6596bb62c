/**
 * Reference data: what is the same for all titles, and what a title's paths and ids mean. It is fetched about once a week, in jobs of its
 * own, one call each. Everything beyond the bounds costs itself.
 */
import * as z from 'zod';
import { mediaTypes } from '../core/feed.ts';
import {
  distinct,
  idOf,
  idSchema,
  isRow,
  phraseOf,
  type Row,
  rowsOf,
  wholeNumberOf,
  wordOf,
} from './details/detail-kinds.ts';

/** What is fetched, one call each: where images are, and the services to watch films and series on. */
export const referenceNames = ['configuration', 'movie-services', 'tv-services'] as const;

export type ReferenceName = (typeof referenceNames)[number];

const mostSizes = 20;
const mostAddressCharacters = 200;
const addressPattern = /^https:\/\/[^\s"'<>\\]+$/;
const sizePattern = /^(?:original|[wh]\d{1,4})$/;
const sizes = z.array(z.string().regex(sizePattern)).max(mostSizes);

/** Where images are, and in which sizes: an image is at `baseUrl`, size and path, one behind the other. Sizes are from small to large. */
const imagesSchema = z.object({
  baseUrl: z.string().regex(addressPattern).max(mostAddressCharacters),
  posterSizes: sizes,
  backdropSizes: sizes,
  profileSizes: sizes,
  logoSizes: sizes,
  stillSizes: sizes,
});

export type Images = z.infer<typeof imagesSchema>;

/**
 * Most services of a list, those first that are most prominent in the kept countries: with five countries TMDB has some 300, with ten 390
 * (recorded 2022). Twice as many at the bounds of their texts still fit into one row.
 */
const mostServices = 400;
const mostNameCharacters = 80;
const mostLogoCharacters = 60;

const serviceSchema = z.object({
  id: idSchema,
  name: z.string().min(1).max(mostNameCharacters),
  logoPath: z.string().min(1).max(mostLogoCharacters).nullable(),
});

/** A service to watch titles on, by TMDB's id; several share a name. `logoPath`: below the images' address. */
export type Service = z.infer<typeof serviceSchema>;

/** The services of one list and the countries that they are those of. */
export const servicesShape = {
  countries: z.array(z.string().length(2)).max(300),
  services: z.array(serviceSchema).max(mostServices),
};

/** One piece of reference data. */
export const referenceSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('configuration'), images: imagesSchema }),
  z.object({ what: z.literal('movie-services'), ...servicesShape }),
  z.object({ what: z.literal('tv-services'), ...servicesShape }),
]);

export type Reference = z.infer<typeof referenceSchema>;

/** What TMDB's answer tells; `undefined` when it is no such answer. `countries`: those of which services are kept. */
export function readReference(json: unknown, what: ReferenceName, countries: readonly string[]): Reference | undefined {
  if (what === 'configuration') {
    const images = imagesOf(json);
    return images && { what, images };
  }
  const rows = rowsOf(isRow(json) ? json.results : undefined);
  // There is no list without any service: an empty one is a failure of TMDB's, and would take all names away.
  return rows.length === 0 ? undefined : { what, countries: [...countries], services: servicesOf(rows, countries) };
}

function imagesOf(json: unknown): Images | undefined {
  const images = isRow(json) && isRow(json.images) ? json.images : {};
  const address = wordOf(images.secure_base_url, mostAddressCharacters);
  return address === null || !addressPattern.test(address)
    ? undefined
    : {
        baseUrl: address,
        posterSizes: sizesOf(images.poster_sizes),
        backdropSizes: sizesOf(images.backdrop_sizes),
        profileSizes: sizesOf(images.profile_sizes),
        logoSizes: sizesOf(images.logo_sizes),
        stillSizes: sizesOf(images.still_sizes),
      };
}

function sizesOf(raw: unknown): string[] {
  const all = Array.isArray(raw) ? raw.filter((one) => typeof one === 'string' && sizePattern.test(one)) : [];
  return [...new Set(all)].slice(0, mostSizes);
}

/** By id, so that the order of TMDB's rows makes no other version. */
function servicesOf(rows: readonly Row[], countries: readonly string[]): Service[] {
  const known = rows.flatMap((row) => {
    const priority = priorityIn(row, countries);
    const [id, name] = [idOf(row.provider_id), phraseOf(row.provider_name, mostNameCharacters)];
    return id === null || name === null || priority === undefined
      ? []
      : [{ id, name, logoPath: wordOf(row.logo_path, mostLogoCharacters), priority }];
  });
  return distinct(known.sort((a, b) => a.priority - b.priority || a.id - b.id))
    .slice(0, mostServices)
    .map(({ priority: _priority, ...service }) => service)
    .sort((a, b) => a.id - b.id);
}

/** How prominent a service is in the kept countries, 0 is first; `undefined` where TMDB says that it is in none of them. */
function priorityIn({ display_priorities: byCountry, display_priority: anywhere }: Row, countries: readonly string[]) {
  if (!isRow(byCountry)) {
    // Without a word on countries it may be in any.
    return wholeNumberOf(anywhere) ?? Number.MAX_SAFE_INTEGER;
  }
  const ranks = countries.filter((country) => Object.hasOwn(byCountry, country)).map((country) => byCountry[country]);
  return ranks.length === 0
    ? undefined
    : Math.min(...ranks.map((rank) => wholeNumberOf(rank) ?? Number.MAX_SAFE_INTEGER));
}

/** The media type whose services `what` lists; `undefined`: it lists none. */
export function mediaOfServices(what: ReferenceName): (typeof mediaTypes)[number] | undefined {
  return mediaTypes.find((mediaType) => what === `${mediaType}-services`);
}
