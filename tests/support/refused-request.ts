import { expect } from 'vitest';
import { HttpProblem, problemResponse } from '../../src/reader/http/responses.ts';
import { caught } from './caught.ts';

/** What a client is told of a refusal. */
export type Refusal = { status: number; code: string; errors: Record<string, string>; text: string };

/** The problem that `act` throws, as a client gets it; `errors` by field. @throws what else `act` throws. */
export async function refusalOf(act: () => unknown): Promise<Refusal> {
  const thrown = caught(act);
  if (!(thrown instanceof HttpProblem)) {
    throw thrown;
  }
  const text = await problemResponse(thrown).text();
  const {
    status,
    code,
    errors = [],
  } = JSON.parse(text) as {
    status: number;
    code: string;
    errors?: { field: string; detail: string }[];
  };
  return { status, code, errors: Object.fromEntries(errors.map(({ field, detail }) => [field, detail])), text };
}

/** A refusal of one field: 400, that field alone, and nothing that could be markup. */
export async function refusedField(act: () => unknown): Promise<[field: string, detail: string]> {
  const { errors, text, ...rest } = await refusalOf(act);
  expect(rest).toEqual({ status: 400, code: 'bad_request' });
  expect(text).not.toContain('<');
  expect(Object.keys(errors)).toHaveLength(1);
  return Object.entries(errors)[0] as [string, string];
}

/** What JavaScript takes for a number, and a query does not. */
export const noNumbers = [
  '-1',
  '1.5',
  '1e9',
  '0x10',
  '',
  ' 5',
  '5 ',
  '+5',
  '1_000',
  'NaN',
  'Infinity',
  '٣',
  '5;',
  '10,0',
];
/** Numbers above every limit: they have more digits than any. */
export const tooLargeNumbers = ['10000000000000000', '99999999999999999999'];

/** What the refusal of a region says is allowed, and which of them come close. */
export function allowedRegions(close: readonly string[] = []): string {
  return `'global' and ISO 3166-1 alpha-2 codes TMDB knows${closeOr('US, GB, DE, JP, IN', close)}`;
}

/** What the refusal of a language says is allowed, and which of them come close. */
export function allowedLanguages(close: readonly string[] = []): string {
  return `tags of a language and a region TMDB knows${closeOr('en-US, de-DE, ja-JP', close)}`;
}

function closeOr(examples: string, close: readonly string[]): string {
  const [only, ...others] = close;
  if (only === undefined) {
    return `, such as ${examples}`;
  }
  return others.length === 0 ? `; a close match is ${only}` : `; close matches are ${close.join(', ')}`;
}

/** The filters of a request that names none. */
export const noFilters = {
  genres: [],
  excludeGenres: [],
  originalLanguages: [],
  excludeLanguages: [],
  excludeCountries: [],
  providers: [],
  includeAdult: false,
};
