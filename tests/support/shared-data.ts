import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { it } from 'vitest';

/** The repository's root folder. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Recorded TMDB answers lie beside the repository, not in it: their licences differ from file to file. */
export const sharedDataFolder = resolve(repositoryRoot, '../shared/data');

/** One recorded file, parsed. */
export function readSharedJson(path: string): unknown {
  return JSON.parse(readFileSync(join(sharedDataFolder, path), 'utf8'));
}

/** A test that needs the recorded file `path`; where that is missing it is skipped, and says so. */
export function itWithSharedData(name: string, path: string, body: () => void | Promise<void>): void {
  const file = join(sharedDataFolder, path);
  it(name, async (context) => {
    if (!existsSync(file)) {
      context.skip(`optional recorded data is not there: ${relative(repositoryRoot, file)}`);
    }
    await body();
  });
}
