/** What may be asked of a reader: the same rules for the library, HTTP and the command line. */
import * as z from 'zod';
import { UsageError } from '../shared/core/errors.ts';
import {
  askedLanguageSchema,
  askedRegionSchema,
  type Feed,
  globalRegion,
  type MediaType,
  maxRank,
  mediaTypes,
} from '../shared/core/feed.ts';
import { configuredFeedSchema } from '../shared/core/feed-rules.ts';
import { canonicalRegion } from '../shared/core/places/known-places.ts';
import { shown } from '../shared/core/shown-text.ts';
import { maxTmdbId } from '../shared/queues/item-page.ts';
import { feedLanguage, keptCountries, regionLanguage } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import {
  type AskedFilter,
  anyNumber,
  filterOf,
  filterShape,
  type InputProblem,
  wholeNumber,
  yesOrNo,
} from './filters/filter-input.ts';
import type { TitleFilter } from './filters/title-filter.ts';

export const mediaTypeSchema = z.enum(mediaTypes, {
  error: (issue) => `unknown media '${shown(issue.input)}': allowed are ${mediaTypes.join(', ')}`,
});
export const titleIdSchema = wholeNumber(1, maxTmdbId);

const offset = wholeNumber(0, maxRank).default(0);

/** Options of a read of a list, each valid by itself. */
export const listOptionsSchema = z.strictObject({ ...filterShape, limit: wholeNumber(1, maxRank).default(20), offset });

export const titleRefSchema = z.strictObject({ mediaType: mediaTypeSchema, id: titleIdSchema });

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
      details: yesOrNo.default(false),
    })
    .transform(({ region, language = regionLanguage(region, settings), details }) => ({
      region,
      language,
      details,
      country: countryOf(region, language, settings),
    }));
}

export type AskedTitle = z.output<ReturnType<typeof titleOptionsSchema>>;

/** The asked country; else the kept one that the language tells: its own, or one that the settings have it for; else the first. */
function countryOf(region: string | undefined, language: string, settings: Settings): string {
  if (region !== undefined && region !== globalRegion) {
    return region;
  }
  const kept = keptCountries(settings);
  const configured = settings.regions.find((one) => one.language === language)?.region;
  return kept.find((country) => language.endsWith(`-${country}`)) ?? configured ?? kept[0] ?? '';
}

/** The most titles that a recommendation can leave out. */
export const mostSeen = 1_000;

/** A request for a recommendation with its defaults, each member valid by itself. */
export const recommendSchema = z.strictObject({
  media: z
    .enum([...mediaTypes, 'all'], {
      error: (issue) => `unknown media '${shown(issue.input)}': allowed are ${mediaTypes.join(', ')}, all`,
    })
    .default('all'),
  liked: titleRefs(100).default([]),
  seen: titleRefs(mostSeen).default([]),
  region: askedRegionSchema.default(globalRegion),
  language: askedLanguageSchema.optional(),
  hour: wholeNumber(0, 23).optional(),
  variety: anyNumber(0, 1).optional(),
  ...filterShape,
  limit: wholeNumber(1, 100).default(20),
  offset,
});

/** A request whose filters are one, and go together. */
type WithFilter<T extends AskedFilter> = Omit<T, keyof AskedFilter> & { filter: TitleFilter };

export type ListOptions = WithFilter<z.output<typeof listOptionsSchema>>;
export type RecommendInput = WithFilter<z.output<typeof recommendSchema>>;

/** Whose titles a request is about. */
type Place = { media: MediaType | 'all'; region: string; language?: string | undefined };

/** The filters of a valid request as one, and what is wrong with them together, at such a place. */
export function withFilter<T extends AskedFilter>(
  request: T,
  { media, region, language }: Place,
  settings: Settings,
): { input: WithFilter<T>; problems: InputProblem[] } {
  const country = countryOf(region, language ?? regionLanguage(region, settings), settings);
  const where = { media, country };
  const { filter, problems } = filterOf(request, where, settings);
  const others = Object.entries(request).filter(([name]) => !Object.hasOwn(filterShape, name));
  return { input: { ...Object.fromEntries(others), filter } as WithFilter<T>, problems };
}

/** The sentence that says what is wrong with a member of a request. */
type Telling = (path: readonly PropertyKey[], detail: string) => string;

function memberOf(what: string): Telling {
  return (path, detail) => `${[what, ...path].join('.')}: ${detail}`;
}

const ofList: Telling = (path, detail) => memberOf(path[0] === 'region' ? 'feed' : 'options')(path, detail);

/** @throws UsageError naming the member that is wrong and what is allowed. */
export function checkedListOptions(
  options: unknown,
  feed: Feed,
  settings: Settings,
  tell: Telling = ofList,
): ListOptions {
  return settled(withFilter(checkedBy(listOptionsSchema, options, tell), feed, settings), tell);
}

/** @throws UsageError naming the member that is wrong and what is allowed. */
export function checkedRecommendation(
  request: unknown,
  settings: Settings,
  tell: Telling = memberOf('recommend'),
): RecommendInput {
  const asked = checkedBy(recommendSchema, request, tell);
  return settled(withFilter(asked, asked, settings), tell);
}

function settled<I>({ input, problems: [first] }: { input: I; problems: InputProblem[] }, tell: Telling): I {
  if (first !== undefined) {
    throw new UsageError(tell([first.field], first.detail));
  }
  return input;
}

/** A feed with its defaults. Default language: that of an own feed, else the region's. */
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
      language: language ?? feedLanguage({ category: feed.category, region: canonicalRegion(feed.region) }, settings),
    }))
    .pipe(configuredFeedSchema(settings));
}

/** What the texts of a request say, by the schemas of its members. A text that says no such value stays, for the schema to refuse. */
export function fromTexts({ shape }: z.ZodObject, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const said = (name: string, text: string) => (Object.hasOwn(shape, name) ? valueIn(shape[name], text) : text);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, said(name, text)]));
}

function valueIn(schema: unknown, text: string): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return valueIn(schema.unwrap(), text);
  }
  if (schema instanceof z.ZodArray) {
    return text === '' ? [] : text.split(',').map((part) => valueIn(schema.element, part));
  }
  if (schema instanceof z.ZodBoolean) {
    return text === 'true' || (text === 'false' ? false : text);
  }
  return schema instanceof z.ZodNumber ? numberIn(text, schema instanceof z.ZodNumberFormat) : text;
}

/** In digits: other notations of JavaScript (1e9, 0x10) are none, nor are numbers that JavaScript would round. */
function numberIn(text: string, isWhole: boolean): number | string {
  const notation = isWhole ? /^\d{1,16}$/ : /^\d+(\.\d+)?$/;
  return notation.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER ? Number(text) : text;
}

/** Parses `value`; `what` is its name in messages. @throws UsageError naming the member that is wrong and what is allowed. */
export function checkedInput<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  return checkedBy(schema, value, memberOf(what));
}

function checkedBy<T extends z.ZodType>(schema: T, value: unknown, tell: Telling): z.output<T> {
  const parsed = schema.safeParse(value, { error: inOurWords, jitless: true });
  if (!parsed.success) {
    const { path = [], message = 'not understood' } = parsed.error.issues[0] ?? {};
    throw new UsageError(tell(path, message));
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
