/** The schema of own feeds: a name, a medium, and any query of TMDB's `/discover`. */
import * as z from 'zod';
import { customNamePattern, daysFromToday, type MediaType, namedCategories } from '../core/feed.ts';
import { shown } from '../core/shown-text.ts';
import { closeNames, discoverParameters, isDay, type ParameterKind } from './discover-parameters.ts';
import { customFeedSchema } from './settings-schema.ts';

/** More would be a plan of its own. */
const mostFeeds = 20;

/** Names that would be taken for another feed, or that objects have by themselves. */
const reservedNames: readonly string[] = [
  ...namedCategories,
  'genre',
  'keyword',
  'custom',
  '__proto__',
  'constructor',
  'prototype',
];

const nameSchema = z
  .string({ error: 'a name is missing or no text: allowed are 1 to 40 of a-z, 0-9 and _' })
  .regex(customNamePattern, { error: 'allowed are names of 1 to 40 of a-z, 0-9 and _', abort: true })
  .refine((name) => !reservedNames.includes(name), {
    error: ({ input }) =>
      `the name '${shown(input)}' is reserved: allowed is any other than ${reservedNames.join(', ')}`,
  });

const checkedFeedSchema = customFeedSchema
  .extend({
    name: nameSchema,
    /** TMDB's parameters, checked by `checkQuery`. Days may be relative to the snapshot's, such as `today-42d`. */
    query: z.record(z.string(), z.unknown(), {
      error: "the query is missing or no object: allowed are TMDB's parameters of /discover",
    }),
  })
  .transform((feed, context) => {
    const checked = checkQuery(feed.media, feed.query);
    if ('query' in checked) {
      return { ...feed, query: checked.query };
    }
    const { problem, parameter } = checked;
    // A parameter that may hold a secret is not named by the path, since the value at the path is shown.
    context.addIssue({
      code: 'custom',
      message: problem,
      path: ['query', ...(parameter === undefined ? [] : [parameter])],
    });
    return z.NEVER;
  });

/** The own feeds of the settings, as a person writes them. */
export const customFeedsSchema = z
  .array(checkedFeedSchema)
  .max(mostFeeds, {
    error: ({ input }) =>
      `${Array.isArray(input) ? input.length : 'too many'} own feeds: allowed are at most ${mostFeeds}`,
  })
  .superRefine((feeds, context) => {
    const names = feeds.map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) < index);
    if (twice !== -1) {
      const message = `two own feeds have the name '${names[twice]}': allowed is each name once`;
      context.addIssue({ code: 'custom', message, path: [twice, 'name'] });
    }
  });

/** A query as the request sends it, but for relative days; or what is wrong with it, and with which parameter. */
type CheckedQuery = { query: Record<string, string> } | { problem: string; parameter?: string };

/** Checks the query of an own feed. Values are texts, numbers, true and false, or lists of texts and numbers. */
function checkQuery(media: MediaType, asked: Readonly<Record<string, unknown>>): CheckedQuery {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(asked)) {
    const kind = Object.hasOwn(discoverParameters[media], name) ? discoverParameters[media][name] : undefined;
    if (kind === undefined) {
      return unknownParameter(name, media);
    }
    const text = textOf(value, kind);
    const read = text === undefined ? undefined : kind.read(text);
    if (read === undefined) {
      return { problem: notAllowed(value, kind), parameter: name };
    }
    query[name] = read;
  }
  return contradictionIn(query) ?? { query };
}

/** Whose value would tell a secret is not shown with it. */
const secret = /api_?key|token|session|password/i;

function unknownParameter(name: string, media: MediaType): CheckedQuery {
  const path = `/discover/${media}`;
  if (secret.test(name)) {
    return {
      problem: `'${shown(name)}' is no parameter of a feed: TMDB's token stands elsewhere, never in the settings`,
    };
  }
  if (name === 'page' || name === 'language') {
    const own = name === 'page' ? 'pages' : 'language';
    return { problem: `'${name}' is the pipeline's own: set '${own}' of the feed beside its query`, parameter: name };
  }
  const close = closeNames(name, Object.keys(discoverParameters[media]));
  const allowed =
    close.length > 0 ? matches(close) : `, such as ${Object.keys(discoverParameters[media]).slice(-3).join(', ')}`;
  const other = media === 'movie' ? 'tv' : 'movie';
  const what = Object.hasOwn(discoverParameters[other], name) ? `a parameter of /discover/${other} only` : 'unknown';
  return {
    problem: `'${shown(name)}' is ${what}: allowed are TMDB's parameters of ${path}${allowed}`,
    parameter: name,
  };
}

/** The text of a value; `undefined` where a value of this type is not allowed. */
function textOf(value: unknown, { isFlag, joined }: ParameterKind): string | undefined {
  if (Array.isArray(value)) {
    const isPlain = value.every((one) => typeof one === 'string' || typeof one === 'number');
    return joined !== undefined && isPlain && !value.some((one) => /[,|]/.test(String(one)))
      ? value.join(joined)
      : undefined;
  }
  const isAllowed =
    typeof value === 'string' || (typeof value === 'boolean' ? isFlag === true : typeof value === 'number');
  return isAllowed ? String(value).trim() : undefined;
}

function matches(close: readonly string[]): string {
  if (close.length === 0) {
    return '';
  }
  return close.length === 1 ? `; a close match is ${close[0]}` : `; close matches are ${close.join(', ')}`;
}

/** Why a value is refused, with what is allowed. A single value is named by who prints the sentence; of a list the wrong part is. */
function notAllowed(value: unknown, kind: ParameterKind): string {
  const isList = Array.isArray(value);
  if (typeof value === 'object' && !isList) {
    return `no value: ${kind.allowed}`;
  }
  const parts = isList ? value.map(String) : String(value).split(/[,|]/);
  const wrong = parts.find((part) => (isList && /[,|]/.test(part)) || kind.read(part.trim()) === undefined);
  const close = kind.close?.(wrong?.trim() ?? '') ?? [];
  return `${isList ? wrongList(parts, wrong, kind) : ''}${kind.allowed}${matches(close)}`;
}

function wrongList(parts: readonly string[], wrong: string | undefined, { joined }: ParameterKind): string {
  if (joined === undefined) {
    return 'a list is not allowed: ';
  }
  return wrong === undefined ? `a list of ${parts.length} is not allowed: ` : `'${shown(wrong)}' is not allowed: `;
}

/** What TMDB reads only together with another parameter: where it stands, one of `needs` must stand too. Source: its OpenAPI document. */
const together: readonly { names: readonly string[]; needs: readonly string[] }[] = [
  {
    names: ['with_watch_providers', 'with_watch_monetization_types', 'without_watch_providers'],
    needs: ['watch_region'],
  },
  {
    names: ['watch_region'],
    needs: ['with_watch_providers', 'with_watch_monetization_types', 'without_watch_providers'],
  },
  { names: ['certification', 'certification.gte', 'certification.lte'], needs: ['certification_country'] },
  { names: ['certification_country'], needs: ['certification', 'certification.gte', 'certification.lte'] },
];

/** What no title can fulfil, or what has no effect. */
function contradictionIn(query: Readonly<Record<string, string>>): CheckedQuery | undefined {
  for (const { names, needs } of together) {
    const alone = needs.some((need) => need in query) ? undefined : names.find((name) => name in query);
    if (alone !== undefined) {
      return { problem: `has no effect alone: add ${needs.join(' or ')}`, parameter: alone };
    }
  }
  for (const [name, value] of Object.entries(query)) {
    const problem = name.endsWith('.gte') ? emptyRange(name, value, query) : excluded(name, value, query);
    if (problem !== undefined) {
      return { problem, parameter: name };
    }
  }
  return undefined;
}

function emptyRange(name: string, from: string, query: Readonly<Record<string, string>>): string | undefined {
  const upper = name.replace(/gte$/, 'lte');
  const to = query[upper];
  const [[unit, least], [otherUnit, most]] = [placeOf(from), placeOf(to ?? '')];
  // A day and a distance from today are not comparable.
  return to !== undefined && unit === otherUnit && least > most
    ? `is beyond ${upper} (${to}), so that no title matches: allowed is at most that`
    : undefined;
}

/** Where a bound lies, and on which scale. */
function placeOf(text: string): ['number' | 'day' | 'today', number] {
  if (text.startsWith('today')) {
    return ['today', daysFromToday(text)];
  }
  return isDay(text) ? ['day', Date.parse(text)] : ['number', Number(text)];
}

/** `without_…` beside `with_…`: what is asked for and left out at once. */
function excluded(name: string, value: string, query: Readonly<Record<string, string>>): string | undefined {
  const other = name.replace(/^with_/, 'without_');
  const without = other === name ? undefined : query[other]?.split(/[,|]/);
  if (without === undefined) {
    return undefined;
  }
  const asked = value.split(/[,|]/);
  const out = asked.filter((one) => without.includes(one));
  const isEmpty = value.includes('|') ? out.length === asked.length : out.length > 0;
  return isEmpty
    ? `${out.join(', ')} stands in ${other} too, so that no title matches: allowed is one of the two`
    : undefined;
}
