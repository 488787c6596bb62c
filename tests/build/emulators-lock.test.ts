import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { emulatorsLock } from '../../build/emulators-lock.ts';
import { repositoryRoot } from '../support/shared-data.ts';

type Lock = { packages: Record<string, Record<string, unknown>> };

function lockOf(packages: Lock['packages']): Lock {
  const folder = mkdtempSync(join(tmpdir(), 'tmdb-pipeline-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  return emulatorsLock(folder) as Lock;
}

it('has what the emulators lead to, where Node finds it from there, and nothing else', () => {
  const fastify = { version: '5.0.0', integrity: 'sha512-fastify', dependencies: { pino: '^10' } };
  const { packages } = lockOf({
    '': { devDependencies: { vitest: '5.1.1' } },
    'node_modules/fauxqs': { version: '2.4.1', dev: true, dependencies: { fastify: '^5', pino: '^9' } },
    'node_modules/fauxqs/node_modules/pino': { version: '9.0.0', dev: true },
    'node_modules/dynalite': { version: '4.0.0', dev: true, peerDependencies: { absent: '*' } },
    'node_modules/@dynoxide/linux-x64': { version: '1.2.1', devOptional: true, os: ['linux'] },
    'node_modules/fastify': { ...fastify, dev: true },
    'node_modules/pino': { version: '10.0.0', dev: true, dependencies: { fastify: '^5' } },
    'node_modules/vitest': { version: '5.1.1', dev: true },
  });
  expect(Object.keys(packages)).toEqual([
    '',
    'node_modules/@dynoxide/linux-x64',
    'node_modules/dynalite',
    'node_modules/fastify',
    'node_modules/fauxqs',
    'node_modules/fauxqs/node_modules/pino',
    'node_modules/pino',
  ]);
  expect(packages['node_modules/fastify']).toEqual(fastify);
  expect(packages['node_modules/@dynoxide/linux-x64']).toEqual({ version: '1.2.1', os: ['linux'] });
});

it('pins each package of the repository by a digest', () => {
  const { packages } = emulatorsLock(repositoryRoot) as Lock;
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'src/local/emulators/package.json'), 'utf8'));
  const { '': own, ...others } = packages;
  expect(own).toEqual(manifest);
  expect(Object.keys(others)).toContain('node_modules/fauxqs');
  expect(Object.entries(others).filter(([, { version, integrity }]) => !version || !integrity)).toEqual([]);
});
