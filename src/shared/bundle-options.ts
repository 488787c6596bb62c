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
    // Multipart uploads are never sent; the package is a fifth of the bundle (docs/adr/0006).
    'form-data': './src/shared/adapters/no-form-data.ts',
    // In Lambda credentials are in the environment; the other sources are a sixth of the worker's bundle (docs/adr/0010).
    '@aws-sdk/credential-provider-node': './src/shared/adapters/lambda-credentials.ts',
  },
} as const;

/** The handlers, by function. */
export const handlerEntries = {
  planner: 'src/planner/handler.ts',
  worker: 'src/worker/handler.ts',
  writer: 'src/writer/handler.ts',
  reader: 'src/reader/handler.ts',
} as const;
