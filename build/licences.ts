import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { groupBy } from '../src/shared/core/group-by.ts';

/** The licences of the packages whose code is in the bundles, each text once, below the packages that it is of. */
export function licencesOf(metafiles: readonly Metafile[], repository: string): string {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const packages = [...folders].sort().map((folder) => licenceOf(join(repository, folder)));
  const texts = groupBy(packages, ({ text }) => text);
  return [...texts]
    .map(([text, of]) => `${of.map(({ name }) => name).join('\n')}\n\n${text.trim()}\n`)
    .join('\n---\n\n');
}

function licenceOf(folder: string): { name: string; text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8');
  return { name: `${name} ${version}`, text };
}
