/**
 * The parts of the docs that `npm run -s house -- --write` writes. From src/shared/queues: of card-fields.ts the schema `Card` of the OpenAPI
 * document with the cards in its examples, and the list of fields in docs/data-model.md; of details/title-parts.ts the schemas
 * `DetailFields`, `Watch`, `PartName` and `PartTimes` with the details in examples, and the list of fields there. From filters/filter-input.ts the
 * parameters that filter in the OpenAPI document, and the list of filters in docs/reader.md.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type FilterName, filterShape, filterWords } from '../src/reader/filters/filter-input.ts';
import { cardFieldList, cardFields, emptyCard, fromFields } from '../src/shared/queues/card-fields.ts';
import { detailFieldList, partNames } from '../src/shared/queues/details/title-parts.ts';
import { watchByCountry } from '../src/shared/queues/details/watch.ts';

/** A file with parts that are derived from the code. */
export type DerivedDoc = { path: string; isCurrent: boolean; write: () => void };

/** The lists of each page, by the name in their marks. */
const fields = { fields: fieldList, details: detailList };
const filters = { filters: filterList };

/** The docs that definitions decide parts of; `repository` is the path of the repository with a slash at its end. */
export function derivedDocs(repository: string): DerivedDoc[] {
  return [
    openApiDocument(repository, 'docs/reader-openapi.json'),
    pageWith(fields, repository, 'docs/data-model.md'),
    pageWith(filters, repository, 'docs/reader.md'),
  ];
}

function openApiDocument(repository: string, path: string): DerivedDoc {
  const document = JSON.parse(readFileSync(repository + path, 'utf8')) as OpenApi;
  const derived = JSON.stringify(withWholeExamples(withComponents(document)), null, 2);
  return {
    path,
    // As values: how JSON is laid out is the formatter's business.
    isCurrent: derived === JSON.stringify(document, null, 2),
    write: () => {
      writeFileSync(repository + path, `${derived}\n`);
      execFileSync(`${repository}node_modules/.bin/biome`, ['format', '--write', repository + path], { stdio: 'pipe' });
    },
  };
}

type OpenApi = { components: Record<'schemas' | 'parameters', Record<string, unknown>> };

function withComponents(document: OpenApi): OpenApi {
  const { components } = document;
  const schemas = { ...components.schemas, Card: cardSchema(), ...detailSchemas() };
  const parameters = { ...components.parameters, ...filterParameters() };
  return { ...document, components: { ...components, schemas, parameters } };
}

function filterParameters() {
  const parameters = filterNames.map((name) => {
    const { words, example } = filterWords[name];
    const schema = filterSchema(name);
    const style = schema.type === 'array' ? { style: 'form', explode: false } : {};
    const description = `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
    return [name, { name, in: 'query', required: false, description, ...style, schema, example }] as const;
  });
  return Object.fromEntries(parameters);
}

const filterNames = Object.keys(filterShape) as FilterName[];

function filterSchema(name: FilterName) {
  const { $schema: _version, ...schema } = z.toJSONSchema(filterShape[name], { io: 'input' });
  return schema;
}

function cardSchema() {
  return {
    type: 'object',
    description: 'What every answer tells of a title.',
    required: Object.keys(cardFields),
    properties: fromFields(({ json, words }) => ({ ...json, description: words })),
  };
}

/** What answers tell of details: each field as it is answered, or `null` where its part is unknown. */
function detailSchemas() {
  const fields = detailFieldList.map(({ name, field: { json, answerJson = json, words } }) => {
    const { type, ...rest } = closed(answerJson) as Record<string, unknown>;
    return [name, { type: [...new Set([type, 'null'].flat())], ...rest, description: words }] as const;
  });
  const times = partNames.map((part) => [part, { type: ['string', 'null'], format: 'date-time' }]);
  return {
    DetailFields: {
      type: 'object',
      description: 'What is known of a title beyond its card; `null` where that is unknown or TMDB has nothing.',
      required: fields.map(([name]) => name),
      properties: Object.fromEntries(fields),
    },
    Watch: {
      ...(closed(watchByCountry.answerJson) as object),
      type: 'object',
      description: 'Where to watch a title in the region, where `providers` are asked for. Show `attribution` with it.',
    },
    PartName: { type: 'string', enum: partNames },
    PartTimes: {
      type: 'object',
      description: 'When each part was fetched from TMDB; `null` where it is unknown.',
      additionalProperties: false,
      required: partNames,
      properties: Object.fromEntries(times),
    },
  };
}

/** A schema whose objects have the members that it describes and no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema) || typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'required' in inner ? { ...inner, additionalProperties: false } : inner;
}

/** `value` with all fields in each card and in all details of an example. */
function withWholeExamples(value: unknown, isExample = false): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => withWholeExamples(one, isExample));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Object.entries(value).map(([name, member]) => [
    name,
    withWholeExamples(member, isExample || name === 'example' || name === 'examples'),
  ]);
  const whole: Record<string, unknown> = Object.fromEntries(members);
  if (!isExample) {
    return whole;
  }
  return 'originalTitle' in whole ? withFields(whole) : 'regionProblem' in whole ? withDetailFields(whole) : whole;
}

/** A field that an example does not have is unknown. */
function withDetailFields(details: Record<string, unknown>): Record<string, unknown> {
  const unknown = Object.fromEntries(detailFieldList.map(({ name }) => [name, null]));
  return { ...unknown, ...details };
}

/** The fields in their order where the title stood; one that an example does not have is nothing. */
function withFields(card: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(card);
  const before = names.slice(0, names.indexOf('title'));
  const fields = { ...emptyCard, ...card };
  const inOrder = [...before, ...Object.keys(cardFields), ...names];
  return Object.fromEntries(inOrder.map((name) => [name, fields[name as keyof typeof fields]]));
}

function pageWith(lists: Readonly<Record<string, () => string>>, repository: string, path: string): DerivedDoc {
  const text = readFileSync(repository + path, 'utf8');
  const derived = Object.entries(lists).reduce((page, [name, list]) => withList(page, name, list(), path), text);
  return { path, isCurrent: derived === text, write: () => writeFileSync(repository + path, derived) };
}

function withList(text: string, name: string, list: string, path: string): string {
  const [begin, end] = [`<!-- ${name}: written by \`npm run -s house -- --write\` -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) {
    throw new Error(`${path} has no place for the list of ${name}: ${begin} … ${end}`);
  }
  return `${text.slice(0, from)}${begin}\n\n${list}\n\n${text.slice(to)}`;
}

/** A list and no table, whose columns the formatter would align: a new field is a line and changes no other. */
function fieldList(): string {
  return cardFieldList
    .map(([name, { words, from, bound }]) => {
      const members = from.map((member) => `\`${member}\``).join(', ');
      return `- \`${name}\`, from ${members}: ${words} ${bound}`;
    })
    .join('\n');
}

function detailList(): string {
  return detailFieldList
    .map(({ part, name, field: { from, words, bound } }) => {
      const [films, series] = [from.movie.map(inCode).join(', '), from.tv.map(inCode).join(', ')];
      const members = films === series ? films : `${films || 'nothing'} of a film, ${series || 'nothing'} of a series`;
      return `- \`${part}.${name}\`, from ${members}: ${words} ${bound}`;
    })
    .join('\n');
}

function inCode(path: string): string {
  return `\`${path}\``;
}

function filterList(): string {
  return filterNames
    .map((name) => `- \`${name}\`${boundOf(filterSchema(name))}: ${filterWords[name].words}.`)
    .join('\n');
}

function boundOf({ maxItems, minimum, maximum }: ReturnType<typeof filterSchema>): string {
  if (maxItems !== undefined) {
    return ` (at most ${maxItems})`;
  }
  return minimum === undefined
    ? ''
    : ` (${minimum} to ${maximum === undefined || maximum < 10_000 ? maximum : maximum.toLocaleString('en')})`;
}
