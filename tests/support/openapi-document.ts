/** `docs/reader-openapi.json`, as far as tests hold answers and parameters against it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { repositoryRoot } from './shared-data.ts';

/** A JSON schema; what it says is for ajv. */
export type JsonSchema = Record<string, unknown>;
type Content = { schema: JsonSchema; example?: unknown; examples?: Record<string, { value: unknown }> };
type Header = { required?: boolean; schema: JsonSchema };
type Documented = { headers?: Record<string, Header>; content?: Record<string, Content> };

/** A parameter of an operation. */
export type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: JsonSchema;
  example?: unknown;
  style?: string;
  explode?: boolean;
};
type Operation = { parameters: Parameter[]; responses: Record<string, Documented> };
type OpenApi = {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
};

/** An answer as a client has it, names of headers in small letters. */
export type HttpAnswer = { status: number; headers: Record<string, string>; text: string };

const document = JSON.parse(readFileSync(join(repositoryRoot, 'docs/reader-openapi.json'), 'utf8')) as OpenApi;

/** Strict: an unknown keyword in a schema is an error and not a remark that nobody reads. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addVocabulary(['components']);
ajv.addSchema({ $id: 'document', components: document.components });

/** The paths of the document. */
export const documentedPaths = Object.keys(document.paths);

/** Every schema in the document's components, and those within them. */
export const documentedSchemas: JsonSchema[] = within(document.components.schemas);

/** Methods that the document has for a path. */
export function methodsOf(path: string): string[] {
  return Object.keys(document.paths[path] ?? {});
}

/** The GET of a path. */
export function operationOf(path: string): Operation {
  const operation = document.paths[path]?.get;
  if (operation === undefined) {
    throw new Error(`the document has no GET ${path}`);
  }
  return { ...operation, parameters: operation.parameters.map((one) => followed(one as JsonSchema) as Parameter) };
}

/** Statuses that the document has for a path, as text. */
export function statusesOf(path: string): string[] {
  return Object.keys(operationOf(path).responses);
}

/** What a schema of the document says against a value; empty when nothing. */
export function schemaProblems(schema: JsonSchema, value: unknown): string[] {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as JsonSchema;
  const validate = ajv.compile(absolute);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' ').trim(),
  );
}

/** A schema with its own `$ref` followed: what stands beside the `$ref` stays. */
export function followed(schema: JsonSchema): JsonSchema {
  const { $ref, ...own } = schema;
  return $ref === undefined ? own : { ...(at(String($ref)) as JsonSchema), ...own };
}

/** A response of the document, with its references followed as far as headers and contents. */
export function responseOf(path: string, status: number | string): Documented | undefined {
  const documented = operationOf(path).responses[String(status)];
  return documented && (followed(documented as JsonSchema) as Documented);
}

/** Every example of a response, with the schema that it is one of. */
export function examplesOf(path: string, status: string): { schema: JsonSchema; value: unknown }[] {
  return Object.values(responseOf(path, status)?.content ?? {}).flatMap(({ schema, example, examples = {} }) => [
    ...(example === undefined ? [] : [{ schema, value: example }]),
    ...Object.values(examples).map(({ value }) => ({ schema, value })),
  ]);
}

/** What the document says against an answer to GET `path`: status, headers, content type, body. Empty when nothing. */
export function contractProblems(path: string, { status, headers, text }: HttpAnswer): string[] {
  const documented = responseOf(path, status);
  return documented === undefined
    ? [`${path} has no ${status}`]
    : [...headerProblems(documented, headers), ...bodyProblems(documented, headers, text)];
}

function headerProblems({ headers: described = {} }: Documented, headers: Record<string, string>): string[] {
  return Object.entries(described).flatMap(([name, reference]) => {
    const { required, schema } = followed(reference) as Header;
    const value = headers[name.toLowerCase()];
    if (value === undefined) {
      return required === true ? [`${name} is missing`] : [];
    }
    return schemaProblems(schema, schema.type === 'integer' ? Number(value) : value).map((why) => `${name}: ${why}`);
  });
}

function bodyProblems({ content }: Documented, headers: Record<string, string>, text: string): string[] {
  const type = headers['content-type'];
  if (content === undefined) {
    return text === '' && type === undefined ? [] : [`no body is described, and there is one of ${type}`];
  }
  const described = content[type ?? 'none'];
  return described === undefined ? [`no ${type} is described`] : schemaProblems(described.schema, JSON.parse(text));
}

/** What `#/components/…` points to. @throws when it points nowhere. */
function at(pointer: string): unknown {
  const parts = pointer.replace(/^#\//, '').split('/');
  const found = parts.reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | undefined)?.[part],
    document,
  );
  if (found === undefined) {
    throw new Error(`the document has no ${pointer}`);
  }
  return found;
}

/** Objects in `value` that are schemas: they have a type, or refer to one that has. */
function within(value: unknown): JsonSchema[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const inner = Object.values(value).flatMap(within);
  return typeof (value as JsonSchema).type === 'string' ? [value as JsonSchema, ...inner] : inner;
}
