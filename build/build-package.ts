/**
 * `npm run build`: writes what is published into `dist`. npm runs it as `prepare`: for a tarball, for a git dependency, and after an
 * installation in the repository (docs/adr/0043).
 *
 * - `reader`, `shared`, `chunks`: the library, with its types. The AWS SDK is inside, zod is the one dependency.
 * - `program`: the command line, the thread that runs functions, the page of the console, the bundled functions with the reader's OpenAPI document, and the lock of the emulators' packages.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { pageOptions } from '../src/console/page-options.ts';
import { bundleOptions, handlerEntries } from '../src/local/bundle/bundle-options.ts';
import { emulatorsLock } from './emulators-lock.ts';
import { licencesOf } from './licences.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const dist = join(repository, 'dist');

/** Where the types of the library begin; `exports` of package.json names the same files. */
const libraryEntries = ['reader/open-reader', 'reader/reader-api', 'shared/settings/settings-overrides'];

/** Names stay readable: those of error classes are part of what is thrown. */
const common = {
  absWorkingDir: repository,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  keepNames: true,
  metafile: true,
  logLevel: 'warning',
  plugins: bundleOptions.plugins,
} satisfies BuildOptions;

/** No banner: a bundler of the application that makes CommonJS of it has no `import.meta.url`. */
function buildLibrary() {
  return build({
    ...common,
    entryPoints: libraryEntries.map((entry) => `src/${entry}.ts`),
    outbase: 'src',
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    external: ['zod'],
  });
}

/** All files lie in one folder, so that what is named beside a source is beside whichever file the source went into. */
function buildProgram() {
  return build({
    ...common,
    entryPoints: ['src/cli/main.ts', 'src/local/lambda-thread.ts'],
    outdir: join(dist, 'program'),
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    // Packages in CommonJS call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    external: ['esbuild'],
  });
}

function buildFunctions() {
  return build({
    ...bundleOptions,
    absWorkingDir: repository,
    target: common.target,
    entryPoints: Object.entries(handlerEntries).map(([out, entry]) => ({ in: entry, out })),
    outdir: join(dist, 'program', 'functions'),
    outExtension: { '.js': '.mjs' },
    metafile: true,
    logLevel: 'warning',
  });
}

function buildConsolePage() {
  return build({ ...pageOptions, outdir: join(dist, 'program', 'page'), metafile: true, logLevel: 'warning' });
}

/** Declares all of `src`, and keeps what an import of the library leads to. */
async function buildTypes(): Promise<void> {
  const all = mkdtempSync(join(tmpdir(), 'tmdb-pipeline-types-'));
  try {
    const tsc = join(repository, 'node_modules', '.bin', 'tsc');
    await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', all], { cwd: repository });
    for (const path of declarationsFrom(all)) {
      mkdirSync(dirname(join(dist, path)), { recursive: true });
      writeFileSync(join(dist, path), publishedTypes(readFileSync(join(all, path), 'utf8')));
    }
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

const relativeImport = /((?:from |import\()['"])(\.[^'"]+)\.ts(['"])/g;

/** The declarations that the entries lead to, as paths below `folder`. */
function declarationsFrom(folder: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) {
      return;
    }
    reached.add(path);
    for (const [, , imported = ''] of readFileSync(join(folder, path), 'utf8').matchAll(relativeImport)) {
      visit(`${join(dirname(path), imported)}.d.ts`);
    }
  };
  libraryEntries.map((entry) => `${entry}.d.ts`).forEach(visit);
  return reached;
}

/** Imports name the compiled files, as every resolution of modules wants them. */
function publishedTypes(text: string): string {
  return text.replaceAll(relativeImport, '$1$2.js$3');
}

rmSync(dist, { recursive: true, force: true });
const built = await Promise.all([buildLibrary(), buildProgram(), buildFunctions(), buildConsolePage(), buildTypes()]);
const metafiles = built.flatMap((result): Metafile[] => (result === undefined ? [] : [result.metafile]));
writeFileSync(join(dist, 'third-party-licences.txt'), licencesOf(metafiles, repository));
copyFileSync(join(repository, 'docs/reader-openapi.json'), join(dist, 'program', 'functions', 'openapi.json'));
writeFileSync(join(dist, 'program', 'emulators-lock.json'), `${JSON.stringify(emulatorsLock(repository))}\n`);
