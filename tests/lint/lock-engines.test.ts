import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockWithoutEngines } from '../../lint/lock-engines.ts';
import { testFolder } from '../support/scratch-folder.ts';

it.each([
  ['>=22.12.0', false],
  ['^22.13||^24||>=26', false],
  ['>= 24', false],
  ['>=20.19', true],
  ['^20.19.0 || >=22', true],
  ['*', true],
  ['>=26', true],
  ['^22', true],
])('of a package that wants Node %s the engines stay: %s', (node, stay) => {
  const folder = `${testFolder()}/`;
  const packages = {
    '': { engines: { node: '>=22' } },
    'node_modules/node': { version: '24.9.0' },
    'node_modules/a/node_modules/b': { version: '1.0.0', engines: { node } },
  };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  const lock = lockWithoutEngines(folder);
  expect(lock.isCurrent).toBe(stay);
  lock.write();
  expect(lockWithoutEngines(folder).isCurrent).toBe(true);
  const written = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  expect(written['node_modules/a/node_modules/b'].engines).toEqual(stay ? { node } : undefined);
  expect(written[''].engines).toEqual({ node: '>=22' });
});
