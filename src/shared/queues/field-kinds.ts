/**
 * The kinds of values that the fields of a card have (card-fields.ts). A kind says how a member of TMDB's row is read, how a message and a
 * row carry it, and how much of it is kept: a bound makes sure that one text cannot stop a page (docs/adr/0020). Whatever TMDB sends, and
 * whatever a message of an earlier build holds, what is beyond the bound costs itself and never the title.
 * The longest that was recorded: a title of 94 characters, an overview of 1,348, 19 genres, 2 countries (November 2026).
 */
import * as z from 'zod';

/** A kind of field: `Value` in cards and messages, `Stored` as an attribute of a title row. */
export type FieldKind<Value, Stored = Value> = {
  /** What a member of TMDB's row says; what is not of this kind says nothing. Never throws. */
  read: (raw: unknown) => Value;
  /** The value of a field of which TMDB says nothing. */
  nothing: () => Value;
  /** In messages and packed cards. Another type is refused; what is beyond the bound is shortened or dropped. */
  message: z.ZodType<Value>;
  /** As an attribute of a title row. Made when it is asked for: most functions read no title rows. */
  stored: () => z.ZodType<Stored>;
  /** A stored value as a card has it, where rows of earlier builds may hold what is of no use. Default: the value itself. */
  restore?(stored: Stored): Value;
  /** For the OpenAPI document. */
  json: Readonly<Record<string, unknown>>;
  /** For docs/data-model.md: what is kept, and what becomes of anything else. */
  bound: string;
};

/** Figures within what any store can hold: TMDB's are nowhere near either end. */
const figureBounds = { least: 1e-6, most: 1e12 };
/** What a JSON number looks like, which is what a figure looks like that came as text. */
const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** What a whole number looks like that came as text: an id, a genre. */
const wholeText = /^(?:0|[1-9]\d{0,15})$/;
const yesText = /^(?:true|1)$/i;
const calendarDay = z.iso.date();

/** Prose: what goes beyond `most` UTF-16 units is cut off, and never half of a surrogate pair. */
export function prose(most: number): FieldKind<string> {
  return {
    read: readText,
    nothing: () => '',
    message: z.string().transform((text) => cut(text.toWellFormed(), most)),
    stored: () => z.string(),
    json: { type: 'string' },
    bound: `Up to ${most} characters; more is cut off, and never within one.`,
  };
}

/** A word that is of no use in part: empty where it is longer than `most` UTF-16 units. */
export function word(most: number): FieldKind<string> {
  return {
    ...prose(most),
    message: z.string().transform((text) => (text.length > most ? '' : text.toWellFormed())),
    bound: `Up to ${most} characters; one that is longer is dropped (empty).`,
  };
}

/** A path below TMDB's image address, of no use in part: none where it is longer than `most` UTF-16 units. */
export function imagePath(most: number): FieldKind<string | null, string> {
  return {
    read: (raw) => readText(raw) || null,
    nothing: () => null,
    message: z
      .string()
      .nullable()
      .transform((path) => (path === null || path.length > most ? null : path.toWellFormed())),
    stored: () => z.string(),
    json: { type: ['string', 'null'] },
    bound: `Up to ${most} characters; one that is longer is dropped (\`null\`).`,
  };
}

/** `YYYY-MM-DD` of a day that there was or will be. */
export const day: FieldKind<string | null, string> = {
  read: dayOf,
  nothing: () => null,
  message: z.string().nullable().transform(dayOf),
  stored: () => z.string(),
  restore: dayOf,
  json: { type: ['string', 'null'], pattern: '^\\d{4}-\\d\\d-\\d\\d$' },
  bound: 'A day of the calendar; anything else is `null`.',
};

/** `7.4`, from TMDB also as text. */
export const figure: FieldKind<number> = {
  read: (raw) => {
    const value = typeof raw === 'string' && numberText.test(raw) ? Number(raw) : raw;
    const isFigure = typeof value === 'number' && value >= figureBounds.least && value <= figureBounds.most;
    return isFigure ? value : 0;
  },
  nothing: () => 0,
  message: z.number().transform((value) => Math.min(figureBounds.most, Math.max(0, value))),
  stored: () => z.number(),
  json: { type: 'number', minimum: 0 },
  bound: 'Kept up to 10^12, also as text (`"7.4"`); anything else is 0.',
};

/** Yes or no. What says yes in another type is believed: adult titles are left out of what applications show. */
export const flag: FieldKind<boolean, true> = {
  read: (raw) => raw === true || raw === 1 || (typeof raw === 'string' && yesText.test(raw)),
  nothing: () => false,
  message: z.boolean(),
  stored: () => z.literal(true),
  json: { type: 'boolean' },
  bound: '`true` or `1`, also as text; anything else is `false`.',
};

/** The first `most` whole numbers of a list, such as genre ids; from TMDB also as text. */
export function wholeNumbers(most: number): FieldKind<number[]> {
  return {
    read: (raw) => (Array.isArray(raw) ? raw.map(wholeOf).filter(Number.isSafeInteger) : []) as number[],
    nothing: () => [],
    message: z.array(z.int()).transform((list) => list.slice(0, most)),
    stored: () => z.array(z.number()),
    json: { type: 'array', items: { type: 'integer' } },
    bound: `The first ${most} whole numbers, also as text; anything else is dropped.`,
  };
}

/** The first `most` codes of a list, such as countries; one of more than `units` UTF-16 units costs itself. */
export function codes(most: number, units: number): FieldKind<string[]> {
  return {
    read: (raw) => (Array.isArray(raw) ? raw.filter((one) => typeof one === 'string').map(readText) : []),
    nothing: () => [],
    message: z.array(z.string()).transform((list) =>
      list
        .filter((code) => code.length <= units)
        .slice(0, most)
        .map((code) => code.toWellFormed()),
    ),
    stored: () => z.array(z.string()),
    json: { type: 'array', items: { type: 'string' } },
    bound: `The first ${most} of up to ${units} characters; anything else is dropped.`,
  };
}

/** `550`, also as text; anything else as it is. */
export function wholeOf(raw: unknown): unknown {
  return typeof raw === 'string' && wholeText.test(raw) ? Number(raw) : raw;
}

/** Half a surrogate pair is no character, and no store takes it. */
function readText(raw: unknown): string {
  return typeof raw === 'string' ? raw.toWellFormed() : '';
}

function dayOf(raw: unknown): string | null {
  return calendarDay.safeParse(raw).data?.replace(/^0000.*/, '') || null;
}

function cut(text: string, most: number): string {
  const isPairCut = /[\ud800-\udbff]/.test(text.charAt(most - 1));
  return text.length <= most ? text : text.slice(0, isPairCut ? most - 1 : most);
}
