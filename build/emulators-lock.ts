import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import emulators from '../src/local/emulators/package.json' with { type: 'json' };

/** A package in a lock of npm, version 3. Members that are only copied are not named. */
type Locked = {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  dev?: boolean;
  devOptional?: boolean;
};

type Packages = Readonly<Record<string, Locked>>;

/** npm's lock of the emulators alone: of the repository's lock what they lead to, at the same places and with the same digests. */
export function emulatorsLock(repository: string): object {
  const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Packages;
  };
  const reached = new Map<string, Locked>();
  const visit = (from: string, entry: Locked): void => {
    for (const name of namesOf(entry)) {
      const path = placeOf(name, from, packages);
      const locked = path === undefined ? undefined : packages[path];
      if (path !== undefined && locked !== undefined && !reached.has(path)) {
        const { dev: _, devOptional: __, ...kept } = locked;
        reached.set(path, kept);
        visit(path, locked);
      }
    }
  };
  visit('', emulators);
  return {
    name: emulators.name,
    version: emulators.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': emulators, ...Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

/** npm does not install a peer that is optional: it is in the repository for others. */
function namesOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Locked): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** Where Node finds `name` from a package: in its own `node_modules` or one above. `undefined`: an optional one that is not locked. */
function placeOf(name: string, from: string, packages: Packages): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages || folder === '') {
      return path in packages ? path : undefined;
    }
  }
}
