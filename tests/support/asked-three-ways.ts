/** A request for a list or a recommendation as the library, HTTP and the command line take it. */
import { membersIn, optionTold } from '../../src/cli/request-options.ts';
import { parseListRequest, parseRecommendRequest } from '../../src/reader/http/parse-query.ts';
import { HttpProblem } from '../../src/reader/http/responses.ts';
import {
  checkedListOptions,
  checkedRecommendation,
  listOptionsSchema,
  recommendSchema,
} from '../../src/reader/reader-input.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';

/** Members of a request, of which each may be wrong. */
export type Members = Readonly<Record<string, unknown>>;
/** What is made of a request, or what is wrong with it, by the name of the member in the library. */
export type Outcome = { taken: object } | { refused: Readonly<Record<string, string>> };

/** The three ways, in the order library, HTTP, command line; the last says what is wrong with the first of all members. */
export function listThreeWays(members: Members, feed: Feed, settings: Settings): Outcome[] {
  const { category, media, region, language } = feed;
  const overHttp = () => {
    const asked = parseListRequest({ category, media }, queryOf({ region, language, ...members }), settings);
    const { feed: askedFeed, ...options } = asked;
    return checkedListOptions(options, askedFeed, settings);
  };
  const typed = () => membersIn(listOptionsSchema, optionsOf(members));
  return [
    outcomeOf(() => checkedListOptions(members, feed, settings)),
    outcomeOf(overHttp),
    outcomeOf(() => checkedListOptions(typed(), feed, settings, optionTold)),
  ];
}

/** The three ways, as of `listThreeWays`. */
export function recommendationThreeWays(members: Members, settings: Settings): Outcome[] {
  const overHttp = () => checkedRecommendation(parseRecommendRequest(queryOf(members), settings), settings);
  const typed = () => membersIn(recommendSchema, optionsOf(members));
  return [
    outcomeOf(() => checkedRecommendation(members, settings)),
    outcomeOf(overHttp),
    outcomeOf(() => checkedRecommendation(typed(), settings, optionTold)),
  ];
}

function queryOf(members: Members): URLSearchParams {
  return new URLSearchParams(Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)])));
}

/** What commander hands over: texts, and `true` for an option without a value, which cannot say `false`. */
function optionsOf(members: Members): Record<string, unknown> {
  const options = Object.entries(members).map(([name, value]) => [name, value === true ? true : String(value)]);
  return Object.fromEntries(options.filter(([, text]) => text !== 'false'));
}

function outcomeOf(act: () => object): Outcome {
  try {
    return { taken: act() };
  } catch (error) {
    if (error instanceof HttpProblem) {
      // Of several in one member the first is told of.
      const told = error.errors.map(({ field, detail }) => [firstOf(field), detail]);
      return { refused: Object.fromEntries(told.reverse()) };
    }
    if (!(error instanceof UsageError)) {
      throw error;
    }
    // Options are told of as `--limit is '0': allowed are …`.
    const message = error.message.replace(/^(--\S+) is ('.*?'): /s, '$1: $2 is not allowed: ');
    const [, name = '', sentence = ''] = /^(\S+): (.*)$/s.exec(message) ?? [];
    const member = name.startsWith('--') ? inCamelCase(name) : firstOf(name.replace(/^\w+\./, ''));
    return { refused: { [member]: sentence } };
  }
}

function firstOf(path: string): string {
  return path.split('.')[0] ?? '';
}

function inCamelCase(option: string): string {
  return option.slice(2).replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
