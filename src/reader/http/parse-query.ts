import * as z from 'zod';
import { askedLanguageSchema, askedRegionSchema, type Feed, globalRegion } from '../../shared/core/feed.ts';
import { configuredFeedSchema } from '../../shared/core/feed-rules.ts';
import { groupBy } from '../../shared/core/group-by.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { feedLanguage } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type InputProblem, wholeNumber, yesOrNo } from '../filters/filter-input.ts';
import { externalIdSchema } from '../find-input.ts';
import type { TitleRef } from '../reader-api.ts';
import {
  fromTexts,
  listOptionsSchema,
  mediaTypeSchema,
  mostSeen,
  recommendSchema,
  titleIdSchema,
  titleRefSchema,
  withFilter,
} from '../reader-input.ts';
import { badRequest } from './responses.ts';

/** The largest limit of a list over HTTP: a list of this size fits into a response. */
export const mostListed = 500;

/** The longest valid value of a parameter: as many titles as may be named, each with a comma. */
const longestValue = mostSeen * `movie:${maxTmdbId},`.length;

/** `movie:550,tv:1399`. */
const titlesSchema = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .pipe(
    z.array(
      z
        .string()
        .regex(/^(movie|tv):\d{1,16}$/, {
          error: (issue) =>
            `'${shown(issue.input)}' is not allowed: allowed are titles such as movie:550, separated by commas`,
          abort: true,
        })
        .transform((text) => {
          const [mediaType = '', id = ''] = text.split(':');
          return fromTexts(titleRefSchema, { mediaType, id }) as TitleRef;
        }),
    ),
  );

const listQuerySchema = z.strictObject({
  region: askedRegionSchema.default(globalRegion),
  language: z.string().optional(),
  ...listOptionsSchema.shape,
  limit: wholeNumber(1, mostListed).default(20),
});

const titleQuerySchema = z.strictObject({
  region: askedRegionSchema.optional(),
  language: askedLanguageSchema.optional(),
  include: z
    .literal('details', { error: (issue) => `'${shown(issue.input)}' is not allowed: allowed is details` })
    .optional(),
});

const recommendQuerySchema = z.strictObject({
  ...recommendSchema.shape,
  liked: titlesSchema.pipe(recommendSchema.shape.liked.unwrap()).default([]),
  seen: titlesSchema.pipe(recommendSchema.shape.seen.unwrap()).default([]),
  includeAdult: yesOrNo.optional(),
  /** The former name of `includeAdult`. */
  adult: yesOrNo.optional(),
});

/** `GET /v1/lists/{category}/{media}`. @throws HttpProblem 400. */
export function parseListRequest(
  params: Readonly<Record<string, string>>,
  query: URLSearchParams,
  settings: Settings,
): { feed: Feed } & z.output<typeof listOptionsSchema> {
  const asked = checked(listQuerySchema, fromTexts(listQuerySchema, singly(query)));
  const { category = '', media } = params;
  const { region, language = feedLanguage({ category, region }, settings), ...options } = asked;
  const feed = checked(configuredFeedSchema(settings), { category, media, region, language });
  refuse(withFilter(options, feed, settings).problems);
  return { feed, ...options };
}

/** `GET /v1/titles/{media}/{id}`. @throws HttpProblem 400. */
export function parseTitleRequest(params: Readonly<Record<string, string>>, query: URLSearchParams) {
  const { include, ...options } = checked(titleQuerySchema, singly(query));
  const shape = z.object({ media: mediaTypeSchema, id: titleIdSchema });
  const { media, id } = checked(shape, fromTexts(shape, { media: params.media ?? '', id: params.id ?? '' }));
  return { mediaType: media, id, options: defined({ ...options, details: include && true }) };
}

/** `GET /v1/find/{source}/{id}`. @throws HttpProblem 400. */
export function parseFindRequest({ source, id }: Readonly<Record<string, string>>, query: URLSearchParams) {
  const { include, ...options } = checked(titleQuerySchema, singly(query));
  return { ...checked(externalIdSchema, { source, id }), options: defined({ ...options, details: include && true }) };
}

/** `GET /v1/recommendations`. @throws HttpProblem 400. */
export function parseRecommendRequest(query: URLSearchParams, settings: Settings): z.output<typeof recommendSchema> {
  const asked = checked(recommendQuerySchema, fromTexts(recommendQuerySchema, singly(query)));
  const { adult = false, includeAdult = adult, ...rest } = asked;
  const request = { ...rest, includeAdult };
  refuse(withFilter(request, request, settings).problems);
  return request;
}

/** A request without parameters. @throws HttpProblem 400. */
export function parseNoQuery(query: URLSearchParams): void {
  checked(z.strictObject({}), singly(query));
}

/** The parameters by name. @throws HttpProblem 400 for one that is given twice or is too long. */
function singly(query: URLSearchParams): Record<string, string> {
  const errors: InputProblem[] = [];
  for (const [name, given] of groupBy(query, ([name]) => name)) {
    if (given.length > 1) {
      errors.push({ field: shown(name), detail: 'is given twice: allowed is once' });
    } else if ((given[0]?.[1].length ?? 0) > longestValue) {
      errors.push({ field: shown(name), detail: `is longer than the ${longestValue} characters that are allowed` });
    }
  }
  refuse(errors);
  return Object.fromEntries(query);
}

/** @throws HttpProblem 400 where there is one. */
function refuse(problems: readonly InputProblem[]): void {
  if (problems.length > 0) {
    throw badRequest(problems);
  }
}

/** @throws HttpProblem 400 with each wrong field and what is allowed. */
function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value, { jitless: true });
  if (!parsed.success) {
    throw badRequest(parsed.error.issues.flatMap((issue) => fieldErrors(issue, schema)));
  }
  return parsed.data;
}

function fieldErrors(issue: z.core.$ZodIssue, schema: z.ZodType): InputProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
    const detail = `unknown parameter: allowed are ${allowed === '' ? 'none' : allowed}`;
    return issue.keys.map((key) => ({ field: shown(key), detail }));
  }
  return [{ field: issue.path.join('.') || 'request', detail: issue.message }];
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
