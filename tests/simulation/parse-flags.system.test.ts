import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../support/shared-data.ts';
import { parseFlags } from './campaign/parse-flags.ts';

const simulate = (...args: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'tests/simulation/main.ts', ...args], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });

it('runs 300 seeds from 1 on unless told otherwise, and one where one is named', () => {
  expect(parseFlags([])).toEqual({ seeds: 300, firstSeed: 1, json: false, mutations: false, trace: false });
  expect(parseFlags(['--seed', '7'])).toMatchObject({ seeds: 1, firstSeed: 7 });
  expect(parseFlags(['--seeds', '20', '--seed', '7', '--json'])).toMatchObject({ seeds: 20, firstSeed: 7, json: true });
  expect(parseFlags(['--seed', '7', '--seeds', '20'])).toMatchObject({ seeds: 20, firstSeed: 7 });
});

it.each([['--sedes'], ['--seeds'], ['--seeds', '0'], ['--seeds', 'many'], ['--seed', '1.5']])(
  'refuses %s %s in one sentence',
  (...args) => {
    expect(() => parseFlags(args)).toThrow(/: allowed (is|are) /);
  },
);

it('ends with 2 for wrong flags', () => {
  const { status, stderr, stdout } = simulate('--sedes');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

it('prints its figures as JSON', () => {
  const { status, stdout } = simulate('--seeds', '3', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ seeds: 3, failures: [], mutations: { total: 0, caught: 0 } });
  expect(JSON.parse(stdout).seedsPerSecond).toBeGreaterThan(0);
});
