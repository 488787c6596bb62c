import { readFileSync, writeFileSync } from 'node:fs';
import type { DerivedDoc } from './derived-docs.ts';

type Lock = { packages: Record<string, { version?: string; engines?: { node?: string } }> };

/** The oldest Node that npm may run on here, as `engines` of package.json has it. */
const oldestMajor = 20;

/**
 * The lock without the `engines` of packages that want a newer Node than npm may run on, but no newer one than the Node among the
 * devDependencies. npm compares with the Node that it runs on itself and warns, though scripts run on the other one. Packages that want
 * a newer Node than both keep theirs, and npm warns of them rightly.
 */
export function lockWithoutEngines(repository: string): DerivedDoc {
  const path = 'package-lock.json';
  const lock = JSON.parse(readFileSync(repository + path, 'utf8')) as Lock;
  const ownMajor = Number.parseInt(lock.packages['node_modules/node']?.version ?? '', 10);
  const misleading = Object.entries(lock.packages).filter(
    ([place, { engines }]) =>
      place.includes('node_modules/') && !admits(engines?.node ?? '*', oldestMajor) && admits(engines?.node, ownMajor),
  );
  return {
    path,
    isCurrent: misleading.length === 0,
    write: () => {
      for (const [, entry] of misleading) {
        delete entry.engines;
      }
      writeFileSync(repository + path, `${JSON.stringify(lock, null, 2)}\n`);
    },
  };
}

/** Whether a range such as `^22.13 || ^24 || >=26` has releases of this major version; the lower end of each part decides. */
function admits(range: string | undefined, major: number): boolean {
  return (range ?? '').split('||').some((part) => {
    const [, sign = '', least] = /^\s*([<>=^~v]*)\s*(\d+)/.exec(part) ?? [];
    return least === undefined
      ? part.trim() === '*'
      : sign.startsWith('>')
        ? major >= Number(least)
        : major === Number(least);
  });
}
