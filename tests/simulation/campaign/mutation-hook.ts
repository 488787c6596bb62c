import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A known bug: in `file` (below `src`), which holds `find` exactly once, it is replaced. `seeds`: rare ones that show it. */
export type Mutation = {
  name: string;
  file: string;
  find: string;
  replace: string;
  why: string;
  seeds?: readonly number[];
};

const sourceUrl = new URL('../../../src/', import.meta.url);

/**
 * From now on this thread loads `mutation.file` with the bug in it. Nothing on the disk is touched, and nothing is mocked.
 * @throws when the text to replace does not stand there exactly once, as soon as the file is loaded.
 */
export function plant(mutation: Mutation): void {
  const target = new URL(mutation.file, sourceUrl).href;
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (url !== target) {
        return loaded;
      }
      return { ...loaded, source: withBug(textOf(loaded.source), mutation) };
    },
  });
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
  return fileURLToPath(new URL(file, sourceUrl));
}

function textOf(source: unknown): string {
  return typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString('utf8');
}
