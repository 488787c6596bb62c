/** Programs of subjects as they are deployed: one file each, so that no subject carries a compiler of types in its memory. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../src/local/bundle/bundle-options.ts';

/** URL of each program's file, and what removes them. */
export type Programs<Name extends string> = { urls: Record<Name, URL>; remove(): void };

/** A program's source below `bench/`; `packages: 'external'` leaves out what cannot be put into one file. */
export type ProgramSource = { source: string; packages?: 'external' };

const repository = fileURLToPath(new URL('..', import.meta.url));
/** Inside of it packages are found. */
const cacheFolder = join(repository, 'node_modules', '.cache');

/** Bundles the programs with the options of a deployment. */
export async function bundlePrograms<Name extends string>(
  sources: Record<Name, ProgramSource>,
): Promise<Programs<Name>> {
  mkdirSync(cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(cacheFolder, 'bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const names = Object.keys(sources) as Name[];
    const urls = names.map(async (name) => {
      const { source, packages } = sources[name];
      const outfile = join(folder, `${name}.mjs`);
      await build({
        ...bundleOptions,
        absWorkingDir: repository,
        entryPoints: [join('bench', source)],
        outfile,
        logLevel: 'silent',
        ...(packages && { packages }),
      });
      return [name, pathToFileURL(outfile)] as const;
    });
    return { urls: Object.fromEntries(await Promise.all(urls)) as Record<Name, URL>, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
