/**
 * The kinds of values that the fields of a title's details have (title-parts.ts). As for cards (../field-kinds.ts), a kind says how TMDB's
 * members are read, how a message and a row carry them, and how much of them is kept. Whatever is of another type, or beyond the bound, costs
 * itself and never the title. Here `''` says nothing: it is `null`.
 */
import * as z from 'zod';
import { wholeOf } from '../field-kinds.ts';

/**
 * What a title is read with: the countries (ISO 3166-1) for which certifications and services are kept, and the language (ISO 639-1) of
 * what is not translated.
 */
export type Kept = { countries: readonly string[]; language: string };

/** A kind of field. `Value` is the form in messages and rows, and in answers where `answerJson` does not describe another one. */
export type DetailKind<Value> = {
  /** What TMDB's members say: one for each path of the field, `undefined` where the answer has none. Never throws. */
  read: (members: readonly unknown[], kept: Kept) => Value;
  /** The value of a field of which TMDB says nothing. */
  nothing: () => Value;
  /** In messages and rows. Another type is refused. */
  message: z.ZodType<Value>;
  /** For documents: its JSON Schema. */
  json: Readonly<Record<string, unknown>>;
  /** For documents: the JSON Schema of its form in answers, where that is another one. */
  answerJson?: Readonly<Record<string, unknown>>;
  /** For documents: what is kept, and what becomes of anything else. */
  bound: string;
};

/** An object of TMDB's JSON. */
export type Row = Readonly<Record<string, unknown>>;

/** A thing with TMDB's id, such as a genre, a keyword or a collection. */
export type Named = { id: number; name: string };

export const idSchema = z.int().positive();
/** A title's id at IMDb; those of persons begin with `nm`. */
export const imdbIdPattern = /^tt\d{7,12}$/;

/** Where titles have an id by which they can be found. */
export const idSources = ['imdb', 'tvdb'] as const;

/** A title's id elsewhere: `tt0137523` at IMDb, `81189` at TheTVDB. */
export type ExternalId = { source: (typeof idSources)[number]; id: string };

/** An id elsewhere as one text, which is the key of its row: `imdb:tt0137523`, `tvdb:81189`. */
export const externalIdPattern = new RegExp(`^(imdb:${imdbIdPattern.source.slice(1, -1)}|tvdb:[1-9]\\d{0,15})$`);

export function externalIdText({ source, id }: ExternalId): string {
  return `${source}:${id}`;
}

const namedSchema = z.object({ id: idSchema, name: z.string().min(1) });
const wholeSchema = z.int().min(0).max(1e9);
const namedJson = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: { type: 'integer' }, name: { type: 'string' } },
};

/** The objects of a list; none when it is no list. */
export function rowsOf(raw: unknown): Row[] {
  return Array.isArray(raw) ? raw.filter(isRow) : [];
}

export function isRow(raw: unknown): raw is Row {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** A text without blanks around it, of at most `most` UTF-16 units; `null` when it is empty or no text. */
export function phraseOf(raw: unknown, most: number): string | null {
  if (typeof raw !== 'string') {
    return null;
  }
  // Well-formed once more: the cut may have parted a pair.
  const text = raw.toWellFormed().trim();
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`.replace(/[\ud800-\udbff](?=…$)/, '')) || null;
}

/** A text that is of no use in part, such as a path: `null` when it is longer than `most` UTF-16 units. */
export function wordOf(raw: unknown, most: number): string | null {
  const text = typeof raw === 'string' ? raw.toWellFormed().trim() : '';
  return text !== '' && text.length <= most ? text : null;
}

/** A TMDB id, also as text; `null` when it is none. */
export function idOf(raw: unknown): number | null {
  return idSchema.safeParse(wholeOf(raw)).data ?? null;
}

/** A number of episodes or minutes, also as text; `null` when it is none. */
export function wholeNumberOf(raw: unknown): number | null {
  return wholeSchema.safeParse(wholeOf(raw)).data ?? null;
}

/** The first object of each id, in their order. */
export function distinct<T extends { id: unknown }>(rows: readonly T[]): T[] {
  const seen = new Set<unknown>();
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id));
}

export function namedOf(raw: unknown): Named | null {
  const id = isRow(raw) ? idOf(raw.id) : null;
  const name = isRow(raw) ? phraseOf(raw.name, 100) : null;
  return id === null || name === null ? null : { id, name };
}

/** The first member that says something. */
export function firstOf<T>(members: readonly unknown[], read: (raw: unknown) => T | null): T | null {
  for (const raw of members) {
    const value = read(raw);
    if (value !== null) {
      return value;
    }
  }
  return null;
}

/** A short text: of what is longer than `most` UTF-16 units the beginning and `…`. */
export function phrase(most: number): DetailKind<string | null> {
  return {
    read: (members) => firstOf(members, (raw) => phraseOf(raw, most)),
    nothing: () => null,
    message: z.string().min(1).max(most).nullable(),
    json: { type: ['string', 'null'] },
    bound: `Up to ${most} characters, of which the last is \`…\` where it was longer; anything else is \`null\`.`,
  };
}

/** Minutes, of which 0 are none. TMDB lists the lengths of episodes in `episode_run_time`: the first counts. */
export const minutes: DetailKind<number | null> = {
  read: (members) => firstOf(members, (raw) => wholeNumberOf(Array.isArray(raw) ? raw[0] : raw) || null),
  nothing: () => null,
  message: wholeSchema.min(1).nullable(),
  json: { type: ['integer', 'null'], minimum: 1 },
  bound: 'A whole number, also as text; anything else, and 0, is `null`.',
};

/** The first `most` things with an id and a name, in TMDB's order. */
export function namedList(most: number): DetailKind<Named[]> {
  return {
    read: (members) => distinct(members.flatMap(rowsOf).flatMap((row) => namedOf(row) ?? [])).slice(0, most),
    nothing: () => [],
    message: z.array(namedSchema).max(most),
    json: { type: 'array', items: namedJson },
    bound: `The first ${most} with an id and a name, each once; anything else is dropped.`,
  };
}

/** One thing with an id and a name. */
export const named: DetailKind<Named | null> = {
  read: (members) => firstOf(members, namedOf),
  nothing: () => null,
  message: namedSchema.nullable(),
  json: { ...namedJson, type: ['object', 'null'] },
  bound: 'With an id and a name; anything else is `null`.',
};
