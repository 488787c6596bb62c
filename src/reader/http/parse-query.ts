import * as z from 'zod';
import {
  askedFeedSchema,
  askedLanguageSchema,
  askedRegionSchema,
  type Feed,
  globalRegion,
} from '../../shared/core/feed.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { externalIdSchema } from '../find-input.ts';
import {
  type ListOptions,
  mediaTypeSchema,
  mostSeen,
  type RecommendInput,
  recommendSchema,
  titleIdSchema,
} from '../reader-input.ts';
import { badRequest, type FieldError } from './responses.ts';

/** The largest limit of a list over HTTP: a list of this size fits into a response. */
export const mostListed = 500;

/** The longest valid value of a parameter: as many titles as may be named, each with a comma. */
const longestValue = mostSeen * `movie:${maxTmdbId},`.length;

const yesOrNo = z.enum(['true', 'false'], { error: 'allowed are true and false' }).transform((text) => text === 'true');

/** A whole number in digits. Other notations of JavaScript (1e9, 0x10) are refused. */
function digits(min: number, max: number) {
  const error = (issue: { input?: unknown }) =>
    `'${shown(issue.input)}' is not allowed: allowed are whole numbers from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, { error, abort: true })
    .refine((text) => isWithin(text, min, max), { error })
    .transform(Number);
}

/** `550` of `movie:550`. */
function idIn(text: string): string {
  return text.slice(text.indexOf(':') + 1);
}

/** Checked on the text, since a number beyond the safe integers would be rounded. */
function isWithin(text: string, min: number, max: number): boolean {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= min && value <= max;
}

const separated = z.string().transform((text) => (text === '' ? [] : text.split(',')));

const titlesSchema = separated.pipe(
  z.array(
    z
      .string()
      .regex(/^(movie|tv):\d{1,16}$/, {
        error: (issue) =>
          `'${shown(issue.input)}' is not allowed: allowed are titles such as movie:550, separated by commas`,
        abort: true,
      })
      .refine((text) => isWithin(idIn(text), 1, maxTmdbId), {
        path: ['id'],
        error: (issue) =>
          `'${shown(idIn(String(issue.input)))}' is no whole number from 1 to ${maxTmdbId}, which are allowed`,
      })
      .transform((text) => {
        const [mediaType, id] = text.split(':');
        return { mediaType, id: Number(id) };
      }),
  ),
);

const listQuerySchema = z.strictObject({
  region: askedRegionSchema.default(globalRegion),
  language: z.string().optional(),
  limit: digits(1, mostListed).default(20),
  includeAdult: yesOrNo.default(false),
});

const titleQuerySchema = z.strictObject({
  region: askedRegionSchema.optional(),
  language: askedLanguageSchema.optional(),
  include: z
    .literal('details', { error: (issue) => `'${shown(issue.input)}' is not allowed: allowed is details` })
    .optional(),
});

const recommendQuerySchema = z.strictObject({
  media: z.string().optional(),
  liked: titlesSchema.optional(),
  seen: titlesSchema.optional(),
  genres: separated.pipe(z.array(digits(1, 9_999_999))).optional(),
  region: z.string().optional(),
  language: z.string().optional(),
  hour: digits(0, 23).optional(),
  limit: digits(1, 100).optional(),
  includeAdult: yesOrNo.optional(),
  /** The former name of `includeAdult`. */
  adult: yesOrNo.optional(),
});

/** `GET /v1/lists/{category}/{media}`. @throws HttpProblem 400. */
export function parseListRequest(
  params: Readonly<Record<string, string>>,
  query: URLSearchParams,
  settings: Settings,
): { feed: Feed } & ListOptions {
  const { region, language = regionLanguage(region, settings), ...options } = checked(listQuerySchema, singly(query));
  const { category, media } = params;
  return { feed: checked(askedFeedSchema, { category, media, region, language }), ...options };
}

/** `GET /v1/titles/{media}/{id}`. @throws HttpProblem 400. */
export function parseTitleRequest(params: Readonly<Record<string, string>>, query: URLSearchParams) {
  const { include, ...options } = checked(titleQuerySchema, singly(query));
  const shape = z.object({ media: mediaTypeSchema, id: digits(1, maxTmdbId).pipe(titleIdSchema) });
  const { media, id } = checked(shape, { media: params.media, id: params.id });
  return { mediaType: media, id, options: defined({ ...options, details: include && true }) };
}

/** `GET /v1/find/{source}/{id}`. @throws HttpProblem 400. */
export function parseFindRequest({ source, id }: Readonly<Record<string, string>>, query: URLSearchParams) {
  const { include, ...options } = checked(titleQuerySchema, singly(query));
  return { ...checked(externalIdSchema, { source, id }), options: defined({ ...options, details: include && true }) };
}

/** `GET /v1/recommendations`. @throws HttpProblem 400. */
export function parseRecommendRequest(query: URLSearchParams): RecommendInput {
  const { adult, includeAdult = adult, ...rest } = checked(recommendQuerySchema, singly(query));
  return checked(recommendSchema, defined({ ...rest, includeAdult }));
}

/** A request without parameters. @throws HttpProblem 400. */
export function parseNoQuery(query: URLSearchParams): void {
  checked(z.strictObject({}), singly(query));
}

/** The parameters by name. @throws HttpProblem 400 for one that is given twice or is too long. */
function singly(query: URLSearchParams): Record<string, string> {
  const errors: FieldError[] = [];
  for (const [name, given] of Map.groupBy(query, ([name]) => name)) {
    if (given.length > 1) {
      errors.push({ field: shown(name), detail: 'is given twice: allowed is once' });
    } else if ((given[0]?.[1].length ?? 0) > longestValue) {
      errors.push({ field: shown(name), detail: `is longer than the ${longestValue} characters that are allowed` });
    }
  }
  if (errors.length > 0) {
    throw badRequest(errors);
  }
  return Object.fromEntries(query);
}

/** @throws HttpProblem 400 with each wrong field and what is allowed. */
function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw badRequest(parsed.error.issues.flatMap((issue) => fieldErrors(issue, schema)));
  }
  return parsed.data;
}

function fieldErrors(issue: z.core.$ZodIssue, schema: z.ZodType): FieldError[] {
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
