/** `docs/reader-openapi.json` in itself, and against what the parser of requests takes. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  parseFindRequest,
  parseListRequest,
  parseNoQuery,
  parseRecommendRequest,
  parseTitleRequest,
} from '../../../src/reader/http/parse-query.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  documentedPaths,
  documentedSchemas,
  examplesOf,
  followed,
  type JsonSchema,
  methodsOf,
  operationOf,
  type Parameter,
  schemaProblems,
  statusesOf,
} from '../../support/openapi-document.ts';
import { textsOf } from '../../support/parameter-texts.ts';
import { refusalOf, refusedField } from '../../support/refused-request.ts';

/** Each path of the document, with the parser of its requests and path parameters that go with any query. */
const parsers: Record<
  string,
  { parse: (params: Record<string, string>, query: URLSearchParams) => unknown; params: Record<string, string> }
> = {
  '/v1/lists/{category}/{media}': {
    parse: (params, query) => parseListRequest(params, query, defaultSettings),
    params: { category: 'trending', media: 'movie' },
  },
  '/v1/titles/{media}/{id}': { parse: parseTitleRequest, params: { media: 'movie', id: '1' } },
  '/v1/find/{source}/{id}': { parse: parseFindRequest, params: { source: 'imdb', id: 'tt0137523' } },
  '/v1/recommendations': { parse: (_params, query) => parseRecommendRequest(query, defaultSettings), params: {} },
  '/v1/health': { parse: (_params, query) => parseNoQuery(query), params: {} },
};
const parameters = documentedPaths.flatMap((path) =>
  operationOf(path).parameters.map((parameter) => [path, parameter.name, parameter] as const),
);
const asked = parameters.filter(([, , { in: place }]) => place !== 'header');

/** Parses a request that gives one parameter. */
function parseWith(path: string, parameter: Parameter, text: string): unknown {
  const { parse, params: usual } = parsers[path] as (typeof parsers)[string];
  // An id of the one source is none of the other.
  const params = text === 'tvdb' ? { ...usual, id: '81189' } : usual;
  // The one value that needs another parameter beside it.
  const beside = text === 'local_originals' ? { region: 'DE' } : {};
  return parameter.in === 'path'
    ? parse({ ...params, [parameter.name]: text }, new URLSearchParams(beside))
    : parse(params, new URLSearchParams({ [parameter.name]: text }));
}

describe('the document', () => {
  it('has the five resources, each to be read', () => {
    expect(documentedPaths).toEqual(Object.keys(parsers));
    expect(documentedPaths.flatMap(methodsOf)).toEqual(['get', 'get', 'get', 'get', 'get']);
  });

  it.each(documentedPaths)('has examples of %s that are as it says', (path) => {
    for (const status of statusesOf(path).filter((known) => known !== '304')) {
      const examples = examplesOf(path, status);
      expect(examples.length, status).toBeGreaterThan(0);
      for (const { schema, value } of examples) {
        expect(schemaProblems(schema, value), status).toEqual([]);
      }
    }
  });

  it('leaves no object open, and asks for no member that it does not describe', () => {
    expect(documentedSchemas.length).toBeGreaterThan(15);
    const objects = documentedSchemas.filter(({ type }) => type === 'object');
    // A part of other schemas is open, and they are closed as a whole.
    const parts = objects.flatMap(({ allOf = [] }) => (allOf as JsonSchema[]).map(followed));
    for (const schema of objects) {
      const { additionalProperties, unevaluatedProperties, allOf, properties = {}, required = [] } = schema;
      const isPart = parts.some((part) => isDeepStrictEqual(part, schema));
      expect(allOf === undefined ? additionalProperties : unevaluatedProperties).toBe(isPart ? undefined : false);
      expect(Object.keys(properties as object)).toEqual(expect.arrayContaining(required as string[]));
    }
  });

  it.each(['/v1/lists/{category}/{media}', '/v1/titles/{media}/{id}', '/v1/find/{source}/{id}', '/v1/recommendations'])(
    'refuses an answer of %s that lacks a member or has one too many',
    (path) => {
      const [{ schema, value } = { schema: {}, value: {} }] = examplesOf(path, '200');
      const example = value as Record<string, unknown>;
      for (const name of Object.keys(example)) {
        const { [name]: _left, ...short } = example;
        expect(schemaProblems(schema, short), name).toHaveLength(1);
        expect(schemaProblems(schema, { ...example, [name]: { odd: 1 } }), name).not.toEqual([]);
      }
      expect(schemaProblems(schema, { ...example, extra: 1 })).toHaveLength(1);
    },
  );
});

describe('parameters', () => {
  it.each(documentedPaths)('%s takes those that are documented, and no others', async (path) => {
    const { parse, params } = parsers[path] as (typeof parsers)[string];
    const documented = operationOf(path).parameters;
    const [, refusal] = await refusedField(() => parse(params, new URLSearchParams({ 'no-such-parameter': '1' })));
    const taken = refusal.replace(/^unknown parameter: allowed are /, '').replace(/^none$/, '');
    const namesIn = (place: string) => documented.filter((one) => one.in === place).map(({ name }) => name);
    expect(namesIn('query').sort().join(', ')).toBe(taken.split(', ').sort().join(', '));
    expect(namesIn('path')).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    expect(namesIn('header')).toEqual(statusesOf(path).includes('304') ? ['If-None-Match'] : []);
  });

  it.each(asked)('%s takes %s as documented, to its limits and not beyond', async (path, _name, parameter) => {
    const { taken, refused } = textsOf(parameter);
    expect(taken.length).toBeGreaterThan(1);
    for (const text of taken) {
      expect(() => parseWith(path, parameter, text), text.slice(0, 80)).not.toThrow();
    }
    expect(refused.length).toBeGreaterThan(0);
    for (const text of refused) {
      const { errors } = await refusalOf(() => parseWith(path, parameter, text));
      const fields = Object.keys(errors).map((field) => field.split('.')[0]);
      expect(new Set(fields), text.slice(0, 80)).toEqual(new Set([parameter.name]));
    }
  });

  it.each(parameters)('%s has an example of %s that is one', (_path, _name, { schema, example }) => {
    expect(example).toBeDefined();
    expect(schemaProblems(schema, example)).toEqual([]);
  });

  const withDefault = asked.filter(([, , { schema }]) => 'default' in followed(schema));

  it.each(withDefault)('%s has the documented default of %s', (path, name, parameter) => {
    const { parse, params } = parsers[path] as (typeof parsers)[string];
    const told = parseWith(path, parameter, String(followed(parameter.schema).default));
    const left = parse(params, new URLSearchParams());
    // A default that the reader fills in later is not there yet when nothing is given.
    const filledLater = name === 'language' && path !== '/v1/lists/{category}/{media}';
    expect(filledLater ? defaultSettings.defaultLanguage : told).toEqual(
      filledLater ? followed(parameter.schema).default : left,
    );
  });

  const accepted: [string, JsonSchema, string[]][] = [
    [
      'category',
      { $ref: '#/components/schemas/Category' },
      ['popular', 'hidden_gems', 'award_winning', 'genre_1', 'genre_9999999'],
    ],
    ['region', { $ref: '#/components/schemas/Region' }, ['global', 'DE', 'US', 'GB', 'IN', 'TW', 'XK', 'AQ']],
    ['language', { $ref: '#/components/schemas/Language' }, ['en-US', 'de-AT', 'zh-TW', 'tl-PH', 'pt-BR', 'cn-CN']],
  ];

  it.each(accepted)('what the parser takes as %s is what the document allows', async (name, schema, texts) => {
    for (const text of texts) {
      const outcome = await refusedField(() =>
        parseWith('/v1/lists/{category}/{media}', { name, in: name === 'category' ? 'path' : 'query', schema }, text),
      ).then(
        () => 'refused',
        () => 'taken',
      );
      expect(outcome === 'refused' || schemaProblems(schema, text).length === 0, text).toBe(true);
    }
    expect(schemaProblems(schema, 'nonsense!')).not.toEqual([]);
  });
});
