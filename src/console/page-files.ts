/** The files of the page: one document, one script, one style, one icon. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The files by their paths. */
export type PageFiles = ReadonlyMap<string, { type: string; text: string }>;

const page = fileURLToPath(new URL('page/', import.meta.url));

const document = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>TMDB pipeline console</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/app.css">
</head>
<body>
<div id="app"><p class="starting">TMDB pipeline console: starting</p></div>
<noscript><p>The console needs JavaScript.</p></noscript>
<script type="module" src="/app.js"></script>
</body>
</html>
`;

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2563c9"/><path d="M4 11V8m4 3V5m4 6V7" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>';

/** Reads the files. The published package has script and style in a folder beside this file; in a clone of the repository they are bundled here. */
export async function pageFiles(): Promise<PageFiles> {
  const { script, style } = existsSync(`${page}app.js`)
    ? { script: readFileSync(`${page}app.js`, 'utf8'), style: readFileSync(`${page}app.css`, 'utf8') }
    : await bundledPage();
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: document }],
    ['/app.js', { type: 'text/javascript; charset=utf-8', text: script }],
    ['/app.css', { type: 'text/css; charset=utf-8', text: style }],
    ['/icon.svg', { type: 'image/svg+xml', text: icon }],
  ]);
}

async function bundledPage(): Promise<{ script: string; style: string }> {
  // Loaded here: an installed package has no bundler and needs none.
  const [{ build }, { pageOptions }] = await Promise.all([import('esbuild'), import('./page-options.ts')]);
  const { outputFiles } = await build({ ...pageOptions, outdir: '.', write: false });
  const named = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: named('.js'), style: named('.css') };
}
