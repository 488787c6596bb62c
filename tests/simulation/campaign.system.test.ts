/** The campaign as it runs with all other tests; `npm run simulate -- --seeds N` runs a longer one. */
import { expect, it } from 'vitest';
import { failureText } from './campaign/failure-text.ts';
import { runMutations } from './campaign/run-mutations.ts';
import { runSeeds } from './campaign/run-seeds.ts';
import { mutations } from './mutations.ts';
import { regressions } from './regressions.ts';

const withinMs = 420_000;
const fixedSeeds = Array.from({ length: 150 }, (_, index) => index + 1);

it('no invariant is broken by 150 histories, nor by those that broke one once', { timeout: withinMs }, async () => {
  const seeds = [...fixedSeeds, ...regressions.map(({ seed }) => seed).filter((seed) => !fixedSeeds.includes(seed))];
  const results = await runSeeds({ seeds });
  expect(results).toHaveLength(seeds.length);
  expect(results.flatMap(({ failure }) => (failure ? [failureText(failure)] : []))).toEqual([]);
  // The histories are not idle.
  expect(results.reduce((sum, { jobs }) => sum + jobs, 0)).toBeGreaterThan(5 * seeds.length);
  expect(results.reduce((sum, { reads }) => sum + reads, 0)).toBeGreaterThan(2 * seeds.length);
  // In some of them the queue is full for minutes.
  expect(results.filter(({ isAdapted }) => isAdapted).length).toBeGreaterThanOrEqual(3);
});

it('every mutant breaks an invariant', { timeout: withinMs }, async () => {
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  expect(mutations.length).toBeGreaterThanOrEqual(20);
  const results = await runMutations(mutations);
  expect(results.filter(({ caughtBy }) => caughtBy === undefined)).toEqual([]);
});
