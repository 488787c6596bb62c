import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

const page = fileURLToPath(new URL('page/', import.meta.url));

/** How script and style of the page are bundled, each into one file. */
export const pageOptions = {
  entryPoints: [`${page}app.tsx`, `${page}app.css`],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions;
