import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureText, mutationText } from './campaign/failure-text.ts';
import { runMutations } from './campaign/run-mutations.ts';
import { runSeeds } from './campaign/run-seeds.ts';
import { faultsOf, shrink } from './campaign/shrink.ts';
import { copySources, type Mutation, pathOf, withBug } from './campaign/source-copy.ts';
import { mutations } from './mutations.ts';
import { runHistory } from './run-history.ts';
import { faultNames } from './world/faults.ts';
import { planHistory } from './world/plan-history.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a history', () => {
  it.each([3, 8, 17, 42])('is the same for the same seed: %i', async (seed) => {
    const first = await runHistory(planHistory(seed), { keepTrace: true });
    const again = await runHistory(planHistory(seed), { keepTrace: true });
    expect(again.trace).toEqual(first.trace);
    expect(again.digest).toBe(first.digest);
  });

  it('is another one for another seed', async () => {
    const outcomes = await Promise.all(seeds(10).map((seed) => runHistory(planHistory(seed))));
    expect(new Set(outcomes.map(({ digest }) => digest)).size).toBe(10);
  });

  it('has no fault, a few, or nearly all, and each fault in some history', () => {
    const counts = seeds(400).map((seed) => faultsOf(planHistory(seed).faults));
    expect(counts.some((faults) => faults.length === 0)).toBe(true);
    expect(counts.some((faults) => faults.length >= faultNames.length - 5)).toBe(true);
    expect(new Set(counts.flat())).toEqual(new Set(faultNames));
  });

  it('sees everything that can go wrong', async () => {
    const lines: string[] = [];
    for (const seed of seeds(60)) {
      lines.push(...(await runHistory(planHistory(seed), { keepTrace: true })).trace);
    }
    const all = lines.join('\n');
    const signs = [
      'dies',
      'was refused',
      'the answer of',
      'acknowledgement',
      ' 429 ',
      ' 503 ',
      ' 401 ',
      ' 404 ',
      ' 400 ',
      'no-response',
      'no token',
      ' gzip',
      ' echo',
      'operator-1',
    ];
    expect(signs.filter((sign) => !all.includes(sign))).toEqual([]);
  });
});

describe('the shrinker', () => {
  it('leaves the one act and the one fault that are needed', async () => {
    const plan = planHistory(planWithMuch());
    const [needed] = plan.acts.slice(-1);
    const [fault = 'crash'] = faultsOf(plan.faults).slice(-1);
    const shrunk = await shrink(
      plan,
      async ({ acts, faults }) => acts.some((act) => act === needed) && faults[fault] > 0,
    );
    expect(shrunk.acts).toEqual([needed]);
    expect(faultsOf(shrunk.faults)).toEqual([fault]);
    expect(shrunk.seed).toBe(plan.seed);
  });

  it('leaves a history as it is that needs all of it', async () => {
    const plan = planHistory(planWithMuch());
    const size = plan.acts.length + faultsOf(plan.faults).length;
    const isWhole = async ({ acts, faults }: typeof plan) => acts.length + faultsOf(faults).length === size;
    expect(await shrink(plan, isWhole)).toEqual(plan);
  });
});

/** A seed with many acts and faults. */
function planWithMuch(): number {
  const found = seeds(500).find((seed) => {
    const { acts, faults } = planHistory(seed);
    return acts.length > 12 && faultsOf(faults).length > 8;
  });
  return found ?? 1;
}

describe('a mutant', () => {
  const mutant = mutations.find(({ name }) => name === 'stale answers are not said to be stale') as Mutation;

  it('is reported with its seed, its invariant and a shrunk history', { timeout: 120_000 }, async () => {
    const copy = copySources();
    onTestFinished(copy.remove);
    copy.plant(mutant);
    const run = { seeds: seeds(20), threadFile: copy.threadFile, threads: 1, stopsAtFailure: true };
    const failure = (await runSeeds(run)).at(-1)?.failure;
    expect(failure?.invariant).toBe('stale-flag');
    expect(failure?.shrunk.acts.length).toBeLessThan(planHistory(failure?.seed ?? 0).acts.length);
    const text = failure && failureText(failure);
    expect(text).toContain(`npm run simulate -- --seed ${failure?.seed}`);
    expect(text).toContain("breaks 'stale-flag'");
  });

  it.each(mutations)('stands in the code once: $name', (mutation) => {
    const source = readFileSync(pathOf(mutation), 'utf8');
    expect(withBug(source, mutation)).not.toBe(source);
  });

  it('is reported as missed, with the reason, when it cannot be planted', async () => {
    const [result] = await runMutations([{ ...mutant, find: 'no such text' }]);
    expect(result).toMatchObject({ caughtBy: undefined, seeds: 0 });
    expect(result && mutationText(result)).toContain(`MISSED ${mutant.name}: the mutation`);
    expect(result?.detail).toContain('finds its text 0 times');
  });

  it('is refused when its text is not there, or twice', () => {
    expect(() => withBug('a', { ...mutant, find: 'b' })).toThrow('finds its text 0 times');
    expect(() => withBug('bb', { ...mutant, find: 'b' })).toThrow('finds its text 2 times');
  });
});
