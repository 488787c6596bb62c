/**
 * What is kept of a title beyond its cards: its details, in the parts that one call of TMDB brings (`append_to_response`). Each field is
 * defined here and nowhere else. Derived from it are the request and its reading (../../tmdb/normalize-whole-title.ts), the schema of
 * messages and rows, the types, and by `npm run -s house -- --write` the list in docs/data-model.md. How to add one: CONTRIBUTING.md.
 *
 * A part is what is known or unknown as a whole: TMDB leaves a part out of an answer when its inner call failed. Then nothing is known of it,
 * the stored part stays, and so it has an age and a version of its own.
 */
import * as z from 'zod';
import { type MediaType, mediaTypes } from '../../core/feed.ts';
import { certificationsByCountry } from './certifications.ts';
import { type DetailKind, minutes, named, namedList, phrase } from './detail-kinds.ts';
import { externalIds, originCountries, seriesState, titleRefs, trailers } from './other-kinds.ts';
import { castMembers, crewMembers } from './people.ts';
import { watchByCountry } from './watch.ts';

/** Paths in TMDB's answer, by its names: of films and of series. What has no path is nothing. */
type Paths = Readonly<Record<MediaType, readonly string[]>>;

/** A field of a title's details. `words` go into the documents. */
export type DetailField<Value = unknown> = DetailKind<Value> & { from: Paths; words: string };

/** A part. `member`: the member of TMDB's answer that holds it, which is also its name in `append_to_response`; `null`: the answer itself. */
type PartDefinition = {
  member: Readonly<Record<MediaType, string>> | null;
  fields: Readonly<Record<string, DetailField>>;
};

/** All parts with their fields. The order is that of messages, rows and versions: a new part comes last. */
export const titleParts = {
  base: {
    member: null,
    fields: {
      runtimeMinutes: {
        ...minutes,
        from: {
          movie: ['runtime'],
          tv: ['last_episode_to_air.runtime', 'next_episode_to_air.runtime', 'episode_run_time'],
        },
        words: 'Length; of a series that of its latest episode.',
      },
      status: {
        ...phrase(40),
        from: samePaths('status'),
        words: "TMDB's word: `Released`, `Ended`, `Returning Series`.",
      },
      tagline: { ...phrase(200), from: samePaths('tagline'), words: 'Tagline in the default language.' },
      genres: { ...namedList(20), from: samePaths('genres'), words: 'Genres by name, in the default language.' },
      collection: {
        ...named,
        from: { movie: ['belongs_to_collection'], tv: [] },
        words: 'The series of films that it belongs to.',
      },
      series: {
        ...seriesState,
        from: {
          movie: [],
          tv: [
            'number_of_seasons',
            'number_of_episodes',
            'in_production',
            'last_episode_to_air',
            'next_episode_to_air',
          ],
        },
        words: 'How far a series is, with the last episode that was aired and the next one; of films `null`.',
      },
      originCountries: {
        ...originCountries,
        from: samePaths('origin_country'),
        words:
          'Where it comes from, ISO 3166-1 alpha-2; empty where TMDB names no country, `null` where it is unknown.',
      },
    },
  },
  keywords: {
    member: sameMember('keywords'),
    fields: {
      keywords: {
        ...namedList(20),
        from: { movie: ['keywords.keywords'], tv: ['keywords.results'] },
        words: 'What it is about, in English.',
      },
    },
  },
  credits: {
    // `credits` of a series knows the newest season only.
    member: { movie: 'credits', tv: 'aggregate_credits' },
    fields: {
      cast: {
        ...castMembers,
        from: { movie: ['credits.cast'], tv: ['aggregate_credits.cast'] },
        words: 'Who plays in it.',
      },
      crew: {
        ...crewMembers,
        from: { movie: ['credits.crew'], tv: ['created_by', 'aggregate_credits.crew'] },
        words: 'Who made it.',
      },
    },
  },
  externalIds: {
    member: sameMember('external_ids'),
    fields: {
      externalIds: {
        ...externalIds,
        from: samePaths('external_ids.imdb_id', 'external_ids.tvdb_id', 'external_ids.wikidata_id'),
        words: 'Its ids at IMDb, TheTVDB and Wikidata.',
      },
    },
  },
  certifications: {
    member: { movie: 'release_dates', tv: 'content_ratings' },
    fields: {
      certifications: {
        ...certificationsByCountry,
        from: { movie: ['release_dates.results'], tv: ['content_ratings.results'] },
        words:
          'For what age, by country. Of a film the one for cinemas, else that of another release; of a series the strictest.',
      },
    },
  },
  watch: {
    member: sameMember('watch/providers'),
    fields: {
      watch: {
        ...watchByCountry,
        from: samePaths('watch/providers.results'),
        words:
          "Where to watch it, by country, with TMDB's ids of services. The data is JustWatch's: name it where it is shown.",
      },
    },
  },
  videos: {
    member: sameMember('videos'),
    fields: {
      videos: {
        ...trailers,
        from: samePaths('videos.results'),
        words: 'Trailers in the default language or in English.',
      },
    },
  },
  recommendations: {
    member: sameMember('recommendations'),
    fields: {
      recommendations: {
        ...titleRefs(mediaTypes),
        from: samePaths('recommendations.results'),
        words: 'What TMDB recommends to those who like it.',
      },
    },
  },
} as const satisfies Record<string, PartDefinition>;

type Definitions = typeof titleParts;

/** A part by its name. */
export type PartName = keyof Definitions;

/** What is kept of a part. */
export type Part<Name extends PartName> = {
  -readonly [Field in keyof Definitions[Name]['fields']]: Definitions[Name]['fields'][Field] extends DetailKind<
    infer Value
  >
    ? Value
    : never;
};

/** What is known of a title: a part that is not there is unknown. */
export type TitleParts = { [Name in PartName]?: Part<Name> | undefined };

type DetailName = { [Name in PartName]: keyof Part<Name> }[PartName];

/** The values of all fields, whatever part they are of. */
export type DetailValues = {
  [Field in DetailName]: { [Name in PartName]: Field extends keyof Part<Name> ? Part<Name>[Field] : never }[PartName];
};

/** The names of the parts, in their order. */
export const partNames = Object.keys(titleParts) as PartName[];

/** The fields with their names and parts, for loops. */
export const detailFieldList = partNames.flatMap((part) =>
  fieldsOf(part).map(([name, field]) => ({ part, name, field })),
);

/** The members of a part in messages and rows. A field that an earlier build did not have is nothing. */
export function partShape(part: PartName): Record<string, z.ZodType> {
  return Object.fromEntries(fieldsOf(part).map(([name, { message, nothing }]) => [name, message.default(nothing)]));
}

/** The parts of one title in a message. */
export const titlePartsSchema = z.object(
  Object.fromEntries(partNames.map((part) => [part, z.object(partShape(part)).optional()])),
) as unknown as z.ZodType<TitleParts>;

/** The fields of a part with their names. */
export function fieldsOf(part: PartName): [string, DetailField][] {
  return Object.entries(titleParts[part].fields);
}

function sameMember(name: string): Record<MediaType, string> {
  return { movie: name, tv: name };
}

function samePaths(...paths: string[]): Paths {
  return { movie: paths, tv: paths };
}
