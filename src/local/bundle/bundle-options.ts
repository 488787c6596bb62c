import { readFileSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';

/** What is bundled in place of a module that a package imports and no function runs. Sizes are in docs/adr/0010. */
const standIns: readonly { imported: RegExp; by: RegExp; contents: string }[] = [
  // axios asks whether a body is a form; no body is ever sent.
  { imported: /^form-data$/, by: /\/axios\//, contents: 'export default class NoFormData {}' },
  // Its own proxies are off: a tunnel is opened by an agent of Node.
  { imported: /^https-proxy-agent$/, by: /\/axios\//, contents: 'export default class NoProxyAgent {}' },
  // Warns on old releases of Node of what the SDK's later versions need, which are not those that are bundled.
  {
    imported: /\/emitWarningIfUnsupportedVersion$/,
    by: /@aws-sdk\/core\//,
    contents: 'export const state = {}; export const emitWarningIfUnsupportedVersion = () => undefined',
  },
  // Redirects are not followed: the token would travel along.
  { imported: /^follow-redirects$/, by: /\/axios\//, contents: 'export default {}' },
  // axios takes the first adapter that is there: in Node that of HTTP.
  {
    imported: /^\.\/(xhr|fetch)\.js$/,
    by: /\/axios\/lib\/adapters\//,
    contents: 'export default null; export const getFetch = null',
  },
  // Loaded for operations that stream events: none of SQS, DynamoDB and Parameter Store.
  { imported: /^@smithy\/core\/event-streams$/, by: /\/protocols\//, contents: 'export {}' },
  // zod makes JSON Schemas of its schemas; documents are made of them in no function.
  { imported: /\/core\/json-schema-processors\.js$/, by: /\/zod\//, contents: 'module.exports = {}' },
  {
    imported: /\/core\/to-json-schema\.js$/,
    by: /\/zod\//,
    contents: 'module.exports = { createStandardJSONSchemaMethod() {}, createToJSONSchemaMethod() {} }',
  },
];

/**
 * The client of Parameter Store describes its 140 kinds of errors and enters them in a list, which keeps all of their classes. An error that
 * is not entered is one of the client's base class with the name that the service gave, and the name is all that is looked at.
 */
const ssmErrors = /^export var (\w+)\$ = \[-3, n0,[^;]*\];\s*n0_registry\.registerError\(\1\$, \1\);$/gm;

/**
 * Leaves out what `standIns` and `ssmErrors` name. Of a client's package.json, which the SDK reads for its user agent, the version stays.
 * A package that imports otherwise one day is bundled whole again, which the bench of bundles shows.
 */
function leaveOut(): Plugin {
  return {
    name: 'leave-out',
    setup: ({ onResolve, onLoad }) => {
      for (const [index, { imported, by }] of standIns.entries()) {
        onResolve({ filter: imported }, ({ importer }) =>
          by.test(importer) ? { path: String(index), namespace: 'stand-in' } : undefined,
        );
      }
      onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({
        contents: standIns[Number(path)]?.contents ?? '',
      }));
      onLoad({ filter: /@aws-sdk\/client-ssm\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll(ssmErrors, ''),
      }));
      onLoad({ filter: /@aws-sdk\/client-[a-z-]+\/package\.json$/ }, ({ path }) => {
        const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
        return { contents: JSON.stringify({ version }), loader: 'json' };
      });
    },
  };
}

/**
 * How a handler becomes the one file that runs, in the embedded stack as in Lambda: ESM for Node 24 with everything inside.
 * The members carry esbuild's own names.
 */
export const bundleOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // CommonJS packages inside an ESM bundle still call `require` for Node's own modules.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  alias: {
    // In Lambda credentials are in the environment; the other sources are a sixth of the worker's bundle (docs/adr/0010).
    '@aws-sdk/credential-provider-node': './src/local/bundle/lambda-credentials.ts',
  },
  plugins: [leaveOut()],
} satisfies BuildOptions;

/** The handlers, by function. */
export const handlerEntries = {
  planner: 'src/planner/handler.ts',
  worker: 'src/worker/handler.ts',
  writer: 'src/writer/handler.ts',
  reader: 'src/reader/handler.ts',
} as const;
