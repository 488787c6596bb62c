/** What may be asked of a reader: the same rules for the library, HTTP and the command line. */
import * as z from 'zod';
import { UsageError } from '../shared/core/errors.ts';
import {
  askedFeedSchema,
  askedLanguageSchema,
  askedRegionSchema,
  globalRegion,
  maxRank,
  mediaTypes,
} from '../shared/core/feed.ts';
import { canonicalRegion } from '../shared/core/places/known-places.ts';
import { shown } from '../shared/core/shown-text.ts';
import { maxTmdbId } from '../shared/queues/item-page.ts';
import { keptCountries, regionLanguage } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';

function wholeNumber(min: number, max: number) {
  const error = (issue: { input?: unknown }) =>
    `'${shown(issue.input)}' is no whole number from ${min} to ${max}, which are allowed`;
  return z.int({ error, abort: true }).min(min, { error }).max(max, { error });
}

export const mediaTypeSchema = z.enum(mediaTypes, {
  error: (issue) => `unknown media '${shown(issue.input)}': allowed are ${mediaTypes.join(', ')}`,
});
export const titleIdSchema = wholeNumber(1, maxTmdbId);

const yesOrNoSchema = z.boolean({ error: 'neither true nor false, which are allowed' });
/** Adult titles are left out unless they are asked for. */
const includeAdultSchema = yesOrNoSchema.default(false);

export const listOptionsSchema = z.strictObject({
  limit: wholeNumber(1, maxRank).default(20),
  includeAdult: includeAdultSchema,
});

export type ListOptions = z.infer<typeof listOptionsSchema>;

const titleRefSchema = z.strictObject({ mediaType: mediaTypeSchema, id: titleIdSchema });

/** A list of at most `most` titles. */
function titleRefs(most: number) {
  return z.array(titleRefSchema).max(most, { error: `more than ${most} titles: at most ${most} are allowed` });
}

export const titleRefsSchema = titleRefs(100);

/** Options of a read of titles. Default language: the region's. `country`: the one that details are of. */
export function titleOptionsSchema(settings: Settings) {
  return z
    .strictObject({
      language: askedLanguageSchema.optional(),
      region: askedRegionSchema.optional(),
      details: yesOrNoSchema.default(false),
    })
    .transform(({ region, language = regionLanguage(region, settings), details }) => {
      const country = region === undefined || region === globalRegion ? countryOf(language, settings) : region;
      return { region, language, details, country };
    });
}

export type AskedTitle = z.output<ReturnType<typeof titleOptionsSchema>>;

/** The kept country that a language tells: its own, or one that the settings have it for; else the first. */
function countryOf(language: string, settings: Settings): string {
  const kept = keptCountries(settings);
  const configured = settings.regions.find((one) => one.language === language)?.region;
  return kept.find((country) => language.endsWith(`-${country}`)) ?? configured ?? kept[0] ?? '';
}

/** The most titles that a recommendation can leave out. */
export const mostSeen = 1_000;

/** A request for a recommendation, with its defaults. */
export const recommendSchema = z.strictObject({
  media: z
    .enum([...mediaTypes, 'all'], {
      error: (issue) => `unknown media '${shown(issue.input)}': allowed are ${mediaTypes.join(', ')}, all`,
    })
    .default('all'),
  liked: titleRefs(100).default([]),
  seen: titleRefs(mostSeen).default([]),
  genres: z
    .array(wholeNumber(1, 9_999_999))
    .max(20, { error: 'more than 20 genres: at most 20 are allowed' })
    .default([]),
  region: askedRegionSchema.default(globalRegion),
  language: askedLanguageSchema.optional(),
  hour: wholeNumber(0, 23).optional(),
  limit: wholeNumber(1, 100).default(20),
  includeAdult: includeAdultSchema,
});

export type RecommendInput = z.infer<typeof recommendSchema>;

/** A feed with its defaults. Default language: the region's. */
export function feedInputSchema(settings: Settings) {
  return z
    .strictObject({
      category: z.string(),
      media: z.string(),
      region: z.string().default(globalRegion),
      language: z.string().optional(),
    })
    .transform(({ language, ...feed }) => ({
      ...feed,
      language: language ?? regionLanguage(canonicalRegion(feed.region), settings),
    }))
    .pipe(askedFeedSchema);
}

/** Parses `value`; `what` is its name in messages. @throws UsageError naming the member that is wrong and what is allowed. */
export function checkedInput<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value, { error: inOurWords });
  if (!parsed.success) {
    const { path = [], message = 'not understood' } = parsed.error.issues[0] ?? {};
    throw new UsageError(`${[what, ...path].join('.')}: ${message}`);
  }
  return parsed.data;
}

const nouns: Readonly<Record<string, string>> = { string: 'a text', array: 'a list', object: 'an object' };

/** Our sentences in place of zod's; a sentence of the schema itself takes precedence. Names are shown shortened and escaped. */
function inOurWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const allowed = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(', ') : 'none';
    return `unknown member '${shown(issue.keys[0])}': allowed are ${allowed}`;
  }
  if (issue.code === 'invalid_type') {
    return `'${shown(issue.input)}' is not allowed: allowed is ${nouns[issue.expected] ?? issue.expected}`;
  }
  return undefined;
}
