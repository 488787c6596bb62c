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
  // Multipart uploads are never sent; the package is a fifth of the bundle (docs/adr/0006).
  alias: { 'form-data': './src/shared/adapters/no-form-data.ts' },
} as const;

/** The handlers, by function. */
export const handlerEntries = {
  planner: 'src/planner/handler.ts',
  worker: 'src/worker/handler.ts',
  writer: 'src/writer/handler.ts',
} as const;
