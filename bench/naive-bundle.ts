/**
 * The bundle to compare with: the packages of a function, imported without a thought for size, through esbuild with
 * nothing but what makes it run. Which packages these are is read from the sources, so that the list cannot grow stale.
 */
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../src/local/bundle/bundle-options.ts';

/** What the own sources import: names by package; `default` and `*` mean the default and the namespace import. */
export type PackageImports = Map<string, Set<string>>;

const repository = fileURLToPath(new URL('..', import.meta.url));

/**
 * Packages that this project imports in another form than code often does: `{ z }` drags all of zod along. The README of
 * zod 4.6.7 shows `* as z`; against that the ratios are about 0.1 greater.
 */
const usualNames: Record<string, string[]> = { zod: ['z'] };

/** What stays of the deployed options. The order of main fields and what is left out are what is measured. */
const { mainFields: _mainFields, alias: _alias, plugins: _plugins, ...naiveOptions } = bundleOptions;

/**
 * The packages that the own sources below `entry` import. esbuild itself tells: it leaves packages outside and drops what the
 * function does not reach.
 * @throws where a package is loaded lazily without naming what of it is used.
 */
export async function packageImports(entry: string): Promise<PackageImports> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifyWhitespace: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const code = outputFiles[0]?.text ?? '';
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const found: PackageImports = new Map();
  for (const name of new Set(imports.map(({ path }) => path).filter((path) => !isBuiltin(path)))) {
    const names = importedNames(code, name);
    if (names.size > 0) {
      found.set(name, names);
    } else if (imports.some(({ path, kind }) => path === name && kind === 'dynamic-import')) {
      throw new Error(
        `${entry} loads ${name} lazily: write 'const { … } = await import(…)' so that its names are known`,
      );
    }
  }
  return found;
}

/** The naive bundle's code. */
export async function naiveBundle(imports: PackageImports): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...naiveOptions,
    stdin: { contents: naiveEntry(imports), resolveDir: repository },
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function importedNames(code: string, name: string): Set<string> {
  const quoted = `"${name.replace(/[.\\]/g, '\\$&')}"`;
  const statically = [...code.matchAll(new RegExp(`\\bimport([^;"'()]*)from${quoted}`, 'g'))];
  const lazily = [...code.matchAll(new RegExp(`(\\{[^{}]*\\})=await import\\(${quoted}\\)`, 'g'))];
  return new Set([...statically, ...lazily].flatMap(([, clause = '']) => namesOf(clause)));
}

/** `axios,{isAxiosError as a}` → default, isAxiosError. */
function namesOf(clause: string): string[] {
  const [outside = '', braced = ''] = clause.split(/[{}]/);
  const first = outside.replace(',', '').trim();
  const named = braced.split(',').map((part) => part.split(/ as |:/)[0]?.trim() ?? '');
  return [first.startsWith('*') ? '*' : first && 'default', ...named].filter((name) => name !== '');
}

/** All imports are assigned to a global, because esbuild would drop unused ones. */
function naiveEntry(imports: PackageImports): string {
  const lines: string[] = [];
  const used: string[] = [];
  for (const [name, ownNames] of imports) {
    for (const imported of usualNames[name] ?? ownNames) {
      const local = `import${used.length}`;
      const clause = imported === '*' ? `* as ${local}` : `{ ${imported} as ${local} }`;
      lines.push(`import ${clause} from '${name}';`);
      used.push(local);
    }
  }
  return [...lines, `globalThis.used = [${used.join(', ')}];`].join('\n');
}
