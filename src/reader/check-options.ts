/**
 * Checks the options of `openReader` at run time, since JavaScript calls it without types. By hand, so that the schema of the settings is
 * not loaded for it.
 */
import damerauLevenshtein from 'damerau-levenshtein';
import { UsageError } from '../shared/core/errors.ts';
import { customDefaults } from '../shared/core/feed.ts';
import { isLanguageTag, knownCountries } from '../shared/core/places/known-places.ts';
import { shown, shownUrl } from '../shared/core/shown-text.ts';
import { defaultSettings } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';

/** Throws for an invalid value; `where` is its name in the message. */
type Check = (value: unknown, where: string) => void;

const checks = {
  catalogTable: tableName,
  controlTable: tableName,
  fetchQueueUrl: httpUrl,
  itemQueueUrl: httpUrl,
  tmdb: membersOf({ baseUrl: httpUrl, token: tokenSource }),
  countReads: yesOrNo,
  client: documentClient,
  dynamodb: membersOf({ endpoint: httpUrl, region: awsRegion }),
  sqs: membersOf({ endpoint: httpUrl, region: awsRegion }),
  settings: wholeSettings,
  telemetry: telemetryMethods,
  logger: methodsOf('warn'),
} satisfies Record<string, Check>;

/** The names of all options. */
export type OptionName = keyof typeof checks;

/** @throws UsageError in one sentence for the first option that is wrong: unknown, missing, of a wrong type or out of range. */
export function checkOptions(options: unknown): void {
  const given = members(options, 'options');
  known(Object.keys(given), Object.keys(checks), 'option');
  for (const [name, check] of Object.entries(checks)) {
    if (given[name] !== undefined || name === 'catalogTable') {
      check(given[name], name);
    }
  }
  belongTogether(given);
}

/** Refuses options that have no effect without another one. */
function belongTogether(given: Readonly<Record<string, unknown>>): void {
  if (given.tmdb !== undefined && given.controlTable === undefined) {
    throw refused(
      'tmdb is given without controlTable, where the rate of all calls is shared: allowed are both or none',
    );
  }
  const [one, other] =
    given.fetchQueueUrl === undefined ? ['itemQueueUrl', 'fetchQueueUrl'] : ['fetchQueueUrl', 'itemQueueUrl'];
  if (given[one ?? ''] !== undefined && given[other ?? ''] === undefined) {
    throw refused(`${one} is given without ${other}: allowed are both or none`);
  }
}

function refused(why: string): UsageError {
  return new UsageError(`openReader: ${why}`);
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(`${where} is ${described(value)}: allowed is an object`);
  }
  return value as Record<string, unknown>;
}

function known(names: readonly string[], allowed: readonly string[], what: string): void {
  const unknown = names.find((name) => !allowed.includes(name));
  if (unknown === undefined) {
    return;
  }
  const near = allowed
    .map((name) => ({
      name,
      distance: damerauLevenshtein(unknown.slice(0, 60).toLowerCase(), name.toLowerCase()).steps,
    }))
    .sort((one, two) => one.distance - two.distance)[0];
  const meant =
    near !== undefined && near.distance <= 3 ? `: did you mean '${near.name}'?` : `: allowed are ${allowed.join(', ')}`;
  throw refused(`unknown ${what} '${shown(unknown)}'${meant}`);
}

function membersOf(shape: Readonly<Record<string, Check>>): Check {
  return (value, where) => {
    const given = members(value, where);
    known(Object.keys(given), Object.keys(shape), `member of ${where}`);
    for (const [name, check] of Object.entries(shape)) {
      check(given[name], `${where}.${name}`);
    }
  };
}

function methodsOf(...names: readonly string[]): Check {
  return (value, where) => {
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    const missing = names.find((name) => !isObject || typeof (value as Record<string, unknown>)[name] !== 'function');
    if (missing !== undefined) {
      throw refused(`${where} is ${described(value)}: allowed is an object with the method '${missing}'`);
    }
  };
}

/** The commands that the reader sends leave the protocol to the client's configuration, where older releases have none. */
function documentClient(value: unknown, where: string): void {
  methodsOf('send')(value, where);
  const { config } = value as Readonly<Record<string, unknown>>;
  if (typeof config === 'object' && config !== null && (config as Record<string, unknown>).protocol === undefined) {
    const packages = '@aws-sdk/client-dynamodb and @aws-sdk/lib-dynamodb';
    throw refused(`${where} is of a release of the AWS SDK that is too old: update ${packages}, or leave it out`);
  }
}

function telemetryMethods(value: unknown, where: string): void {
  methodsOf('event', 'metric', 'warn')(value, where);
  const { gathered } = value as Readonly<Record<string, unknown>>;
  if (gathered !== undefined && typeof gathered !== 'function') {
    throw refused(`${where}.gathered is ${described(gathered)}: allowed is a function, or none`);
  }
}

/** The message must not repeat a token that was given in place of a function. */
function tokenSource(value: unknown, where: string): void {
  if (typeof value !== 'function') {
    const found = typeof value === 'string' ? 'a text' : described(value);
    throw refused(`${where} is ${found}: allowed is a function that brings the token, such as async () => '…'`);
  }
}

function yesOrNo(value: unknown, where: string): void {
  if (typeof value !== 'boolean') {
    throw refused(`${where} is ${described(value)}: allowed is true or false`);
  }
}

/** DynamoDB's rule for names, or an ARN in their place. Source: its API reference, November 2026. */
function tableName(value: unknown, where: string): void {
  if (typeof value !== 'string' || !/^([\w.-]{3,255}|arn:[\w:/.-]{1,1000})$/.test(value)) {
    const allowed = 'the name of a table, 3 to 255 letters, digits, dots, hyphens and underscores';
    throw refused(`${where} is ${described(value)}: allowed is ${allowed}`);
  }
}

function httpUrl(value: unknown, where: string): void {
  if (typeof value !== 'string' || !/^https?:\/\/[^/]/i.test(value) || !URL.canParse(value)) {
    const found = typeof value === 'string' && value !== '' ? `'${shownUrl(value)}'` : described(value);
    throw refused(`${where} is ${found}: allowed is a URL that begins with https:// or http://`);
  }
}

function awsRegion(value: unknown, where: string): void {
  if (typeof value !== 'string' || !/^[a-z0-9-]{1,40}$/.test(value)) {
    throw refused(`${where} is ${described(value)}: allowed is an AWS region such as us-east-1`);
  }
}

function wholeSettings(value: unknown, where: string): void {
  likeDefaults(value, defaultSettings, where);
  const { defaultLanguage, regions, feeds } = value as Pick<Settings, 'defaultLanguage' | 'regions' | 'feeds'>;
  languageTag(defaultLanguage, `${where}.defaultLanguage`);
  for (const [index, one] of (regions as readonly unknown[]).entries()) {
    const { region, language } = members(one, `${where}.regions.${index}`);
    if (typeof region !== 'string' || !knownCountries.has(region)) {
      throw refused(
        `${where}.regions.${index}.region is ${described(region)}: allowed are ISO 3166-1 alpha-2 codes TMDB knows`,
      );
    }
    languageTag(language, `${where}.regions.${index}.language`);
  }
  for (const [index, one] of (feeds.custom as readonly unknown[]).entries()) {
    ownFeed(one, `${where}.feeds.custom.${index}`);
  }
}

/** An own feed as `settingsFrom` makes it; what its query means is checked there. */
function ownFeed(value: unknown, where: string): void {
  const { query, language, ...given } = members(value, where);
  likeDefaults({ ...given }, { name: '', media: '', ...customDefaults }, where);
  for (const [name, text] of Object.entries(members(query, `${where}.query`))) {
    sameKind(text, '', `${where}.query.${name}`);
  }
  if (language !== undefined) {
    languageTag(language, `${where}.language`);
  }
}

function languageTag(value: unknown, where: string): void {
  if (typeof value !== 'string' || !isLanguageTag(value)) {
    throw refused(
      `${where} is ${described(value)}: allowed are tags of a language and a region TMDB knows, such as en-US`,
    );
  }
}

/** Settings must be complete, as `settingsFrom` makes them: a missing member would fail in the middle of a read. */
function likeDefaults(value: unknown, example: unknown, where: string): void {
  if (typeof example === 'object' && example !== null && !Array.isArray(example)) {
    const given = members(value, where);
    for (const [name, member] of Object.entries(example)) {
      if (!(name in given)) {
        throw refused(`${where}.${name} is missing: allowed are whole settings, as settingsFrom('{…}') makes them`);
      }
      likeDefaults(given[name], member, `${where}.${name}`);
    }
    return;
  }
  sameKind(value, example, where);
}

function sameKind(value: unknown, example: unknown, where: string): void {
  if (kindOf(value) !== kindOf(example)) {
    throw refused(`${where} is ${described(value)}: allowed is a ${kindOf(example)}`);
  }
  if (typeof value === 'number' && !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw refused(`${where} is ${described(value)}: allowed are numbers from 0 on`);
  }
  // With 0 for one of these times, sizes and rates no read could finish.
  if (typeof value === 'number' && /(Bytes|Ms|Hours|PerSecond)$/.test(where) && value <= 0) {
    throw refused(`${where} is ${described(value)}: allowed are numbers above 0`);
  }
  if (/Bytes$/.test(where) && !Number.isSafeInteger(value)) {
    throw refused(`${where} is ${described(value)}: allowed are whole numbers`);
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

function described(value: unknown): string {
  if (value === undefined) {
    return 'missing';
  }
  if (value === '') {
    return 'empty';
  }
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : `'${shown(value)}'`;
}
