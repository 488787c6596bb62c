import { ApiFailure } from '../answers/answer.ts';
import { dayOfDate } from '../clock.ts';

/** A range with open ends where a bound is `undefined`; both bounds are included. */
export type Range = { from: number | undefined; to: number | undefined };

/** A choice as TMDB writes it: commas are AND, pipes are OR; each inner list is one alternative group. */
export type Choice = readonly (readonly string[])[];

/** The highest page TMDB answers; `total_pages` may be far beyond. */
const lastPage = 500;

/** The page (from 1, default 1). Throws an ApiFailure with code 22 for anything but 1 to 500. */
export function pageParam(query: URLSearchParams): number {
  const text = query.get('page') ?? '1';
  const page = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (page < 1 || page > lastPage) {
    throw new ApiFailure(22);
  }
  return page;
}

/** The language as ISO 639-1 in lower case, default `en`. Throws an ApiFailure with code 5 for what is no language tag. */
export function languageParam(query: URLSearchParams): string {
  const text = query.get('language') || 'en-US';
  const parts = /^([A-Za-z]{2,3})([-_][A-Za-z]{2,4})?$/.exec(text);
  if (parts?.[1] === undefined) {
    throw new ApiFailure(5);
  }
  return parts[1].toLowerCase();
}

/** A region as ISO 3166-1 in upper case; `undefined` where none is given or it is no region, which TMDB ignores. */
export function regionParam(
  query: URLSearchParams,
  name: 'region' | 'watch_region' | 'certification_country' = 'region',
): string | undefined {
  const text = query.get(name) ?? '';
  return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;
}

/** `NAME.gte` and `NAME.lte` as numbers. Throws an ApiFailure with code 5 for what is no number. */
export function numberRange(query: URLSearchParams, name: string): Range {
  const read = (bound: string) => bounded(query.get(`${name}.${bound}`), Number, 5);
  return { from: read('gte'), to: read('lte') };
}

/** `NAME.gte` and `NAME.lte`, or two parameters by their names, as days. Throws an ApiFailure with code 23 for what is no `YYYY-MM-DD`. */
export function dayRange(query: URLSearchParams, name: string | readonly [from: string, to: string]): Range {
  const [from, to] = typeof name === 'string' ? [`${name}.gte`, `${name}.lte`] : name;
  const read = (parameter: string) => bounded(query.get(parameter), (text) => dayOfDate(text) ?? Number.NaN, 23);
  return { from: read(from), to: read(to) };
}

/** Whether a value lies in a range; an unknown value lies only in a range without bounds. */
export function isWithin(range: Range, value: number | undefined): boolean {
  if (value === undefined) {
    return !isBounded(range);
  }
  return value >= (range.from ?? -Infinity) && value <= (range.to ?? Infinity);
}

/** Whether a range bounds anything. */
export function isBounded(range: Range): boolean {
  return range.from !== undefined || range.to !== undefined;
}

/** A comma and pipe list; `undefined` where the parameter is missing or empty. */
export function choiceParam(query: URLSearchParams, name: string): Choice | undefined {
  const text = query.get(name);
  return text ? text.split(',').map((group) => group.split('|').map((value) => value.trim())) : undefined;
}

/** Whether each group of a choice has a value for which `has` holds; a missing choice always does. */
export function matchesChoice(choice: Choice | undefined, has: (value: string) => boolean): boolean {
  return choice === undefined || choice.every((group) => group.some(has));
}

function bounded(text: string | null, read: (text: string) => number, code: 5 | 23): number | undefined {
  if (text === null || text === '') {
    return undefined;
  }
  const value = read(text);
  if (Number.isNaN(value)) {
    throw new ApiFailure(code);
  }
  return value;
}
