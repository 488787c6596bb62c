import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A known bug: in `file` (below `src`), which holds `find` exactly once, it is replaced. `seeds`: rare ones that show it. */
export type Mutation = {
  name: string;
  file: string;
  find: string;
  replace: string;
  why: string;
  seeds?: readonly number[];
};

/** A copy of the sources that holds one bug at a time. The repository is not touched, and nothing is mocked. */
export type SourceCopy = {
  /**
   * From now on the threads of `threadFile` that start have this bug, and none of an earlier one.
   * @throws when the text to replace does not stand in the file exactly once.
   */
  plant(mutation: Mutation): void;
  threadFile: URL;
  /** For what the threads compile: of a hundred files all but one are the same each time. */
  compileCache: string;
  remove(): void;
};

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** What a thread loads. */
const copied = ['src', 'tests/simulation', 'tests/support', 'package.json'];

/** Copies the sources; the packages are those of the repository. */
export function copySources(): SourceCopy {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'tmdb-pipeline-mutants-'));
  for (const path of copied) {
    cpSync(join(repository, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const restore = (file: string) =>
    writeFileSync(join(folder, 'src', file), readFileSync(join(repository, 'src', file)));
  let planted: string | undefined;
  return {
    plant: (mutation) => {
      if (planted !== undefined) {
        restore(planted);
      }
      planted = mutation.file;
      writeFileSync(join(folder, 'src', planted), withBug(readFileSync(pathOf(mutation), 'utf8'), mutation));
    },
    threadFile: pathToFileURL(join(folder, 'tests/simulation/campaign/seed-thread.ts')),
    compileCache: join(folder, 'compiled'),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A source with the bug in it. */
export function withBug(source: string, { name, file, find, replace }: Mutation): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`the mutation '${name}' finds its text ${parts.length - 1} times in ${file}, not once`);
  }
  return parts.join(replace);
}

/** Where a mutation's file is. */
export function pathOf({ file }: Mutation): string {
  return join(repository, 'src', file);
}
