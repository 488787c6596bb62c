/** Built code, which is kept from process to process until one of its files changes: building takes some seconds of a processor. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../shared/core/system-clock.ts';
import { makeFolder } from '../private-files.ts';

/** Code beside the state of every file that it was built from. Paths are relative to the repository. */
type KeptCode = { stamps: Record<string, string>; code: string };

/** The state of a file, and when it last changed in any way. */
type Stamp = { text: string; changedMs: number };

/** Files that decide how code is built and are not part of it: options, compiler settings, the versions that are installed. */
const buildFiles = [
  'src/local/bundle/bundle-options.ts',
  'tsconfig.json',
  'package.json',
  'node_modules/.package-lock.json',
];

/**
 * The code of a function of `repository`: what an earlier process kept in `cacheFolder`, or what `build` builds, which is kept then. `inputs`
 * are the files that the code was built from, relative to the repository.
 */
export async function keptOrBuilt(
  cacheFolder: string,
  repository: string,
  name: string,
  build: () => Promise<{ code: string; inputs: readonly string[] }>,
): Promise<string> {
  // Repositories can share one folder of packages, and with it the cache.
  const place = createHash('sha256').update(repository).digest('hex').slice(0, 16);
  const file = join(cacheFolder, `code-${name}-${place}.json`);
  const kept = readKept(file, repository);
  if (kept !== undefined) {
    return kept;
  }
  const startedMs = systemClock.nowMs();
  const { code, inputs } = await build();
  const paths = [...inputs, ...buildFiles];
  keep(file, code, new Map(paths.map((path) => [path, stampOf(path, repository)])), startedMs);
  return code;
}

/** `undefined` where nothing is kept, where a file has changed since, and where what is kept is damaged. */
function readKept(file: string, repository: string): string | undefined {
  try {
    const { stamps, code } = JSON.parse(readFileSync(file, 'utf8')) as KeptCode;
    return Object.entries(stamps).every(([path, stamp]) => stampOf(path, repository).text === stamp) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(file: string, code: string, stamps: ReadonlyMap<string, Stamp>, startedMs: number): void {
  // Of a file that was changed meanwhile nobody knows which state is in the code. Times of files lag by a tick of the kernel.
  if ([...stamps.values()].some(({ changedMs }) => changedMs > startedMs - 1_000)) {
    return;
  }
  const kept: KeptCode = { stamps: Object.fromEntries([...stamps].map(([path, { text }]) => [path, text])), code };
  const unfinished = `${file}.${process.pid}`;
  try {
    makeFolder(dirname(file));
    writeFileSync(unfinished, JSON.stringify(kept));
    renameSync(unfinished, file);
  } catch {
    // It is built again next time.
    rmSync(unfinished, { force: true });
  }
}

/** Any write changes the inode's time of change, which no program can set. */
function stampOf(path: string, repository: string): Stamp {
  const state = statSync(join(repository, path), { throwIfNoEntry: false });
  return { text: state === undefined ? 'none' : `${state.size} ${state.ctimeMs}`, changedMs: state?.ctimeMs ?? 0 };
}
