/**
 * Where a title can be watched, by country. The data is JustWatch's, who must be named where it is shown. A row keeps TMDB's ids of services:
 * their names and logos are the same for all titles.
 */
import * as z from 'zod';
import {
  type DetailKind,
  distinct,
  idOf,
  idSchema,
  isRow,
  type Row,
  rowsOf,
  wholeNumberOf,
  wordOf,
} from './detail-kinds.ts';

/** What TMDB calls each way to watch, by our word. */
const buckets = { subscription: 'flatrate', rent: 'rent', buy: 'buy', free: 'free', ads: 'ads' } as const;
type Bucket = keyof typeof buckets;
const bucketNames = Object.keys(buckets) as Bucket[];

/** What must stand wherever the data is shown, by TMDB's terms for it. */
const attribution = 'Where to watch: data by JustWatch';

/** The services of a country by way to watch, each a list of TMDB's ids of services; `link` is a page of TMDB. */
export type WatchOffers = { link: string | null } & Partial<Record<Bucket, number[]>>;

/** By country, for each country that is kept. `null`: nobody offers it, as far as JustWatch knows. */
export type WatchByCountry = Record<string, WatchOffers | null>;

/** A service such as Netflix. Name and logo are `null` while the pipeline has not fetched TMDB's list of services. */
export type WatchService = { id: number; name: string | null; logoPath: string | null };

/** Where to watch a title in one country, in answers. A list is empty where nobody offers that; `link` is a page of TMDB. */
export type Watch = { link: string | null } & Record<Bucket, WatchService[]> & {
    /** Names JustWatch, who must be named where the data is shown. */
    attribution: string;
    /** ISO 8601 UTC. */
    fetchedAt: string;
  };

const mostServices = 30;
const mostLinkCharacters = 300;
/** Applications show a link as it is, so no other scheme passes: not from TMDB, not from a message, not from a row. */
const linkStart = 'https://';
const services = z.array(idSchema).min(1).max(mostServices).optional();
const servicesJson = { type: 'array', items: { type: 'integer' } };
const answeredJson = {
  type: 'array',
  items: {
    type: 'object',
    required: ['id', 'name', 'logoPath'],
    properties: { id: { type: 'integer' }, name: { type: ['string', 'null'] }, logoPath: { type: ['string', 'null'] } },
  },
};

export const watchByCountry: DetailKind<WatchByCountry> = {
  read: ([results], { countries }) =>
    Object.fromEntries(countries.map((country) => [country, isRow(results) ? offersOf(results[country]) : null])),
  nothing: () => ({}),
  message: z.record(
    z.string().length(2),
    z
      .object({
        link: z.string().startsWith(linkStart).max(mostLinkCharacters).nullable(),
        ...{ subscription: services, rent: services, buy: services, free: services, ads: services },
      })
      .nullable() as z.ZodType<WatchOffers | null>,
  ),
  json: {
    type: 'object',
    additionalProperties: {
      type: ['object', 'null'],
      required: ['link'],
      properties: {
        link: { type: ['string', 'null'] },
        ...Object.fromEntries(bucketNames.map((name) => [name, servicesJson])),
      },
    },
  },
  answerJson: {
    type: ['object', 'null'],
    required: ['link', ...bucketNames, 'attribution', 'fetchedAt'],
    properties: {
      link: { type: ['string', 'null'] },
      ...Object.fromEntries(bucketNames.map((name) => [name, answeredJson])),
      attribution: { type: 'string', const: attribution },
      fetchedAt: { type: 'string', format: 'date-time' },
    },
  },
  bound: `The first ${mostServices} services of each kind by TMDB's priority, each once; \`null\` for a country without any.`,
};

/** `offers` of one country as they are answered; `serviceOf` knows names and logos. */
export function watchIn(
  offers: WatchOffers | null | undefined,
  fetchedAt: string,
  serviceOf: (id: number) => WatchService,
): Watch {
  const lists = Object.fromEntries(bucketNames.map((name) => [name, (offers?.[name] ?? []).map(serviceOf)]));
  return { link: offers?.link ?? null, ...(lists as Record<Bucket, WatchService[]>), attribution, fetchedAt };
}

/** Whether a service of an answer has no name: the list of services is not there, or does not have it. */
export function hasNamelessService(watch: Watch | null | undefined): boolean {
  return watch ? bucketNames.some((name) => watch[name].some((service) => service.name === null)) : false;
}

function offersOf(raw: unknown): WatchOffers | null {
  if (!isRow(raw)) {
    return null;
  }
  const link = wordOf(raw.link, mostLinkCharacters);
  const offers = bucketNames.flatMap((name) => {
    const ids = serviceIds(raw[buckets[name]]);
    return ids.length === 0 ? [] : [[name, ids] as const];
  });
  return { link: link?.startsWith(linkStart) ? link : null, ...Object.fromEntries(offers) };
}

function serviceIds(raw: unknown): number[] {
  const known = rowsOf(raw).flatMap((row) => {
    const id = idOf(row.provider_id);
    return id === null ? [] : [{ id, priority: priorityOf(row) }];
  });
  // By id where the priority is the same: the order of TMDB's rows must not make another version.
  const sorted = distinct(known.sort((a, b) => a.priority - b.priority || a.id - b.id));
  return sorted.slice(0, mostServices).map(({ id }) => id);
}

function priorityOf(row: Row): number {
  return wholeNumberOf(row.display_priority) ?? Number.MAX_SAFE_INTEGER;
}
