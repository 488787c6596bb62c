/** Kinds that one field has: countries of origin, trailers, ids elsewhere, recommended titles, and how far a series is. */
import * as z from 'zod';
import { day } from '../field-kinds.ts';
import {
  type DetailKind,
  distinct,
  idOf,
  idSchema,
  imdbIdPattern,
  isRow,
  phraseOf,
  type Row,
  rowsOf,
  wholeNumberOf,
  wordOf,
} from './detail-kinds.ts';

const countryPattern = /^[A-Z]{2}$/;
const mostCountries = 20;

/**
 * Codes of countries, ISO 3166-1 alpha-2. `null`: TMDB's answer did not tell, or the part is of a release that did not keep them; an empty list
 * in the answer says that there are none.
 */
export const originCountries: DetailKind<string[] | null> = {
  read: ([raw]) => {
    if (!Array.isArray(raw)) {
      return null;
    }
    const codes = raw.filter((one) => typeof one === 'string').map((one) => one.trim().toUpperCase());
    return [...new Set(codes)].filter((code) => countryPattern.test(code)).slice(0, mostCountries);
  },
  nothing: () => null,
  message: z.array(z.string().regex(countryPattern)).max(mostCountries).nullable(),
  json: { type: ['array', 'null'], items: { type: 'string' } },
  bound: `The first ${mostCountries} codes of two letters, each once; anything else is dropped. \`null\` where the answer has no list.`,
};

/** A trailer: where it is (`YouTube`, `Vimeo`) and its key there. `language` is ISO 639-1. */
export type Video = { site: string; key: string; type: string; language: string | null; official: boolean };

/** The best kinds first; clips of the press and the like are of no use on a card. */
const videoTypes = ['Trailer', 'Teaser', 'Clip'];
const videoSites = ['YouTube', 'Vimeo'];
const languagePattern = /^[a-z]{2,3}$/;
const mostVideos = 3;

export const trailers: DetailKind<Video[]> = {
  read: (members, { language }) =>
    members
      .flatMap(rowsOf)
      .flatMap((row) => videoOf(row) ?? [])
      .sort((a, b) => byUse(a, b, language))
      .slice(0, mostVideos)
      .map(({ published: _published, ...video }) => video),
  nothing: () => [],
  message: z
    .array(
      z.object({
        site: z.enum(videoSites),
        key: z.string().min(1).max(60),
        type: z.enum(videoTypes),
        language: z.string().regex(languagePattern).nullable(),
        official: z.boolean(),
      }),
    )
    .max(mostVideos),
  json: {
    type: 'array',
    items: {
      type: 'object',
      required: ['site', 'key', 'type', 'language', 'official'],
      properties: {
        site: { type: 'string', enum: videoSites },
        key: { type: 'string' },
        type: { type: 'string', enum: videoTypes },
        language: { type: ['string', 'null'] },
        official: { type: 'boolean' },
      },
    },
  },
  bound: `The first ${mostVideos}: trailers before teasers and clips, those in the default language first, then official ones, then the latest. Other kinds and sites are dropped.`,
};

function videoOf(row: Row): (Video & { published: string }) | null {
  const site = videoSites.find((known) => known === row.site);
  const type = videoTypes.find((known) => known === row.type);
  const [key, language] = [wordOf(row.key, 60), matching(row.iso_639_1, languagePattern)];
  return site === undefined || type === undefined || key === null
    ? null
    : { site, key, type, language, official: row.official === true, published: String(row.published_at ?? '') };
}

function byUse(a: Video & { published: string }, b: Video & { published: string }, language: string): number {
  return (
    videoTypes.indexOf(a.type) - videoTypes.indexOf(b.type) ||
    Number(b.language === language) - Number(a.language === language) ||
    Number(b.official) - Number(a.official) ||
    (a.published === b.published ? 0 : a.published < b.published ? 1 : -1)
  );
}

/** A title's ids elsewhere. */
export type ExternalIds = { imdb: string | null; tvdb: number | null; wikidata: string | null };

const wikidataPattern = /^Q[1-9]\d{0,15}$/;
const noIds: ExternalIds = { imdb: null, tvdb: null, wikidata: null };

/** Members in this order: the ids at IMDb, TheTVDB and Wikidata. */
export const externalIds: DetailKind<ExternalIds> = {
  read: ([imdb, tvdb, wikidata]) => ({
    imdb: matching(imdb, imdbIdPattern),
    tvdb: idOf(tvdb),
    wikidata: matching(wikidata, wikidataPattern),
  }),
  nothing: () => noIds,
  message: z.object({
    imdb: z.string().regex(imdbIdPattern).nullable(),
    tvdb: idSchema.nullable(),
    wikidata: z.string().regex(wikidataPattern).nullable(),
  }),
  json: {
    type: 'object',
    required: ['imdb', 'tvdb', 'wikidata'],
    properties: {
      imdb: { type: ['string', 'null'], pattern: imdbIdPattern.source },
      tvdb: { type: ['integer', 'null'] },
      wikidata: { type: ['string', 'null'], pattern: wikidataPattern.source },
    },
  },
  bound: 'In the form of such an id; anything else is `null`.',
};

function matching(raw: unknown, pattern: RegExp): string | null {
  const text = wordOf(raw, 20);
  return text !== null && pattern.test(text) ? text : null;
}

const mostTitles = 20;

/** Titles by their keys; `mediaTypes` are what a title may be. */
export function titleRefs<MediaType extends string>(
  mediaTypes: readonly MediaType[],
): DetailKind<{ mediaType: MediaType; id: number }[]> {
  return {
    read: (members) => {
      const rows = members.flatMap(rowsOf).flatMap((row) => {
        const [id, mediaType] = [idOf(row.id), mediaTypes.find((known) => known === row.media_type)];
        // An adult title is no recommendation that anybody asked for.
        return id === null || mediaType === undefined || row.adult === true ? [] : [{ mediaType, id }];
      });
      const keyed = rows.map((ref) => ({ id: `${ref.mediaType}:${ref.id}`, ref }));
      return distinct(keyed)
        .slice(0, mostTitles)
        .map(({ ref }) => ref);
    },
    nothing: () => [],
    message: z.array(z.object({ mediaType: z.enum(mediaTypes), id: idSchema })).max(mostTitles),
    json: {
      type: 'array',
      items: {
        type: 'object',
        required: ['mediaType', 'id'],
        properties: { mediaType: { type: 'string', enum: [...mediaTypes] }, id: { type: 'integer' } },
      },
    },
    bound: `The first ${mostTitles}, each once; adult ones, persons and anything else are dropped.`,
  };
}

/** An episode: when it is or was aired, and which one it is. */
export type Episode = { season: number; episode: number; airDate: string | null; name: string | null };

/** How far a series is. `next`: TMDB does not know it for most of those that go on. */
export type SeriesState = {
  seasons: number | null;
  episodes: number | null;
  inProduction: boolean;
  last: Episode | null;
  next: Episode | null;
};

const nullableCount = z.int().min(0).max(1e9).nullable();
const episodeSchema = z
  .object({
    season: z.int().min(0),
    episode: z.int().min(0),
    airDate: z.iso.date().nullable(),
    name: z.string().min(1).max(80).nullable(),
  })
  .nullable();
const countJson = { type: ['integer', 'null'] };
const episodeJson = {
  type: ['object', 'null'],
  required: ['season', 'episode', 'airDate', 'name'],
  properties: {
    season: { type: 'integer' },
    episode: { type: 'integer' },
    airDate: { type: ['string', 'null'] },
    name: { type: ['string', 'null'] },
  },
};

/** Members in this order: seasons, episodes, in production, last episode, next episode. Films have none of them. */
export const seriesState: DetailKind<SeriesState | null> = {
  read: (members) => {
    const [seasons, episodes, inProduction, lastAired, nextAired] = members;
    return members.length === 0
      ? null
      : {
          seasons: wholeNumberOf(seasons),
          episodes: wholeNumberOf(episodes),
          inProduction: inProduction === true,
          last: episodeOf(lastAired),
          next: episodeOf(nextAired),
        };
  },
  nothing: () => null,
  message: z
    .object({
      seasons: nullableCount,
      episodes: nullableCount,
      inProduction: z.boolean(),
      last: episodeSchema,
      next: episodeSchema,
    })
    .nullable(),
  json: {
    type: ['object', 'null'],
    required: ['seasons', 'episodes', 'inProduction', 'last', 'next'],
    properties: {
      seasons: countJson,
      episodes: countJson,
      inProduction: { type: 'boolean' },
      last: episodeJson,
      next: episodeJson,
    },
  },
  bound: 'An episode needs its season and its number; anything else is `null`.',
};

function episodeOf(raw: unknown): Episode | null {
  const row = isRow(raw) ? raw : {};
  const [season, episode] = [wholeNumberOf(row.season_number), wholeNumberOf(row.episode_number)];
  return season === null || episode === null
    ? null
    : { season, episode, airDate: day.read(row.air_date), name: phraseOf(row.name, 80) };
}
