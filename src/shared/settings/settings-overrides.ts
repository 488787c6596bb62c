import * as z from 'zod';
import { UsageError } from '../core/errors.ts';
import { customFeedsSchema } from './custom-feeds-schema.ts';
import { defaultSettings } from './settings.ts';
import { type Settings, settingsSchema } from './settings-schema.ts';
import { stackNames } from './stack-names.ts';

/**
 * The default settings, overridden by the members of `overridesJson` (objects are merged member by member, lists are replaced). Another
 * `deployment.stackName` brings its own default names of table and parameter, so that two stacks share neither.
 * @param source the name of the text in the error for invalid JSON (default `settings`)
 * @throws UsageError if the text is not JSON, names an unknown setting, or holds a value out of range.
 */
export function settingsFrom(overridesJson: string | undefined, source = 'settings'): Settings {
  const overrides = overridesJson === undefined || overridesJson === '' ? {} : parseJson(overridesJson, source);
  const candidate = laidOver(defaultsFor(overrides), overrides);
  const custom = withOwnFeeds(candidate);
  const parsed = custom.success ? settingsSchema.safeParse(custom.data) : custom;
  if (!parsed.success) {
    const { path = [], message = 'not understood' } = parsed.error.issues[0] ?? {};
    const value = path.reduce<unknown>((whole, key) => (whole as Record<PropertyKey, unknown>)?.[key], candidate);
    const found =
      typeof value === 'object' || value === undefined ? '' : ` (found ${JSON.stringify(value).slice(0, 60)})`;
    throw new UsageError(`settings: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}${found}`);
  }
  return parsed.data;
}

/** Own feeds come first: what is written of them is checked and put into its form before the settings are read as a whole. */
function withOwnFeeds(candidate: unknown) {
  const schema = z.looseObject({ feeds: z.looseObject({ custom: customFeedsSchema }) });
  const isThere = isPlainObject(candidate) && isPlainObject(candidate.feeds) && 'custom' in candidate.feeds;
  return isThere ? schema.safeParse(candidate) : ({ success: true, data: candidate } as const);
}

/** The default settings of the stack that `overrides` name. Whether the name is valid is checked later, with everything else. */
function defaultsFor(overrides: unknown): Settings {
  const deployment = isPlainObject(overrides) && isPlainObject(overrides.deployment) ? overrides.deployment : {};
  const { stackName } = deployment;
  if (typeof stackName !== 'string') {
    return defaultSettings;
  }
  const { tokenParameter, catalogTable: name } = stackNames(stackName);
  const { catalogTable } = defaultSettings.deployment;
  return {
    ...defaultSettings,
    deployment: { ...defaultSettings.deployment, tokenParameter, catalogTable: { ...catalogTable, name } },
  };
}

function parseJson(text: string, source: string): unknown {
  const parsed = parseStrictJson(text);
  if ('problem' in parsed) {
    const { problem, line, column } = parsed;
    throw new UsageError(`${source}: line ${line}, column ${column}: ${problem}`);
  }
  return parsed.value;
}

function laidOver(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) {
    return over;
  }
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? laidOver(base[key], value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value of a JSON text that a person wrote, or its first mistake with its position (`JSON.parse` often gives none). Line and column
 * count from 1.
 */
type StrictJson = { value: unknown } | { problem: string; line: number; column: number };

const deepest = 50;
/** Members of these names could change the prototype that all objects share. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

class Mistake extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

/**
 * Parses a JSON text; a leading byte order mark is accepted. Beside invalid JSON it refuses duplicate members of an object, the names
 * `__proto__`, `constructor` and `prototype`, and more than 50 levels of nesting.
 */
export function parseStrictJson(text: string): StrictJson {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    checkDocument(json);
    return { value: JSON.parse(json) };
  } catch (error) {
    const { message, at } = error instanceof Mistake ? error : new Mistake('not valid JSON', 0);
    const before = json.slice(0, at).split('\n');
    return { problem: message, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }
}

const blanks = /[ \t\n\r]*/y;
/** JSON requires escapes for the control characters of C0 only. */
const textParts = /(?:[^"\\\p{Cc}]|[\x7F-\x9F]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*/uy;
const text = new RegExp(`"${textParts.source}"`, 'uy');
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The text and the current position in it. */
type Cursor = { json: string; at: number };

function checkDocument(json: string): void {
  const cursor = { json, at: 0 };
  checkValue(cursor, 0);
  take(cursor, blanks);
  if (cursor.at < json.length) {
    throw unexpected(cursor, 'the end of the text');
  }
}

function checkValue(cursor: Cursor, depth: number): void {
  take(cursor, blanks);
  const first = cursor.json[cursor.at];
  if (first === '{' || first === '[') {
    if (depth === deepest) {
      throw new Mistake(`more than ${deepest} levels`, cursor.at);
    }
    cursor.at += 1;
    first === '{' ? checkObject(cursor, depth + 1) : checkArray(cursor, depth + 1);
  } else if (take(cursor, text) === undefined && take(cursor, plain) === undefined) {
    throw noText(cursor, 'a value');
  }
}

function checkObject(cursor: Cursor, depth: number): void {
  const names = new Set<string>();
  checkMembers(cursor, '}', () => {
    const { at } = cursor;
    const source = take(cursor, text);
    if (source === undefined) {
      throw noText(cursor, "a member's name in double quotes");
    }
    const name = JSON.parse(source) as string;
    if (reserved.has(name) || names.has(name)) {
      throw new Mistake(`the member ${source} ${names.has(name) ? 'is given twice' : 'is not allowed'}`, at);
    }
    names.add(name);
    take(cursor, blanks);
    pass(cursor, ':');
    checkValue(cursor, depth);
  });
}

function checkArray(cursor: Cursor, depth: number): void {
  checkMembers(cursor, ']', () => checkValue(cursor, depth));
}

/** The members between brackets, separated by commas. */
function checkMembers(cursor: Cursor, end: string, checkMember: () => void): void {
  take(cursor, blanks);
  if (cursor.json[cursor.at] === end) {
    cursor.at += 1;
    return;
  }
  for (;;) {
    take(cursor, blanks);
    checkMember();
    take(cursor, blanks);
    if (cursor.json[cursor.at] === end) {
      cursor.at += 1;
      return;
    }
    pass(cursor, ',', `',' or '${end}'`);
  }
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.json)?.[0];
  cursor.at += found?.length ?? 0;
  return found;
}

function pass(cursor: Cursor, character: string, expected = `'${character}'`): void {
  if (cursor.json[cursor.at] !== character) {
    throw unexpected(cursor, expected);
  }
  cursor.at += 1;
}

function unexpected({ json, at }: Cursor, expected: string): Mistake {
  const [found] = json.slice(at, at + 2);
  return new Mistake(
    `not valid JSON: expected ${expected}, found ${found === undefined ? 'the end of the text' : `'${found}'`}`,
    at,
  );
}

/** The mistake at a place where a string was expected: what is wrong in the string, or what was found in its place. */
function noText(cursor: Cursor, expected: string): Mistake {
  if (cursor.json[cursor.at] !== '"') {
    return unexpected(cursor, expected);
  }
  const at = cursor.at + 1 + (take({ ...cursor, at: cursor.at + 1 }, textParts) ?? '').length;
  const rest = cursor.json.slice(at, at + 2);
  if (rest === '') {
    return new Mistake('not valid JSON: a string has no closing quote', at);
  }
  const code = `${rest.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const what = rest.startsWith('\\') ? 'an escape that JSON does not have' : `the control character U+${code}`;
  return new Mistake(`not valid JSON: ${what}, in a string`, at);
}
