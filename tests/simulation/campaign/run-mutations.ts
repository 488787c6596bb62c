import { availableParallelism } from 'node:os';
import { messageOf } from '../../../src/shared/core/errors.ts';
import { regressions } from '../regressions.ts';
import { runSeeds } from './run-seeds.ts';
import { copySources, type Mutation, type SourceCopy } from './source-copy.ts';

/** Whether a bug was found, after how many seeds, and by which invariant. `seeds` is 0 where none could be run: `detail` says why. */
export type MutationResult = { name: string; caughtBy: string | undefined; seeds: number; detail: string };

/** A bug that is found neither by a seed that failed once nor by so many others is missed. */
export const mostSeeds = 200;

/** Plants each bug in a thread of its own and runs seeds until an invariant is broken. */
export async function runMutations(
  mutations: readonly Mutation[],
  onResult: (result: MutationResult) => void = () => undefined,
): Promise<MutationResult[]> {
  const results: MutationResult[] = [];
  const open = [...mutations];
  const work = async (): Promise<void> => {
    const copy = copySources();
    try {
      for (let mutation = open.shift(); mutation !== undefined; mutation = open.shift()) {
        const result = await tryMutation(mutation, copy);
        results.push(result);
        onResult(result);
      }
    } finally {
      copy.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), mutations.length) }, work));
  return mutations.flatMap(({ name }) => results.filter((result) => result.name === name));
}

async function tryMutation(mutation: Mutation, copy: SourceCopy): Promise<MutationResult> {
  const known = regressions.map(({ seed }) => seed);
  const seeds = [...(mutation.seeds ?? []), ...known, ...Array.from({ length: mostSeeds }, (_, index) => index + 1)];
  const { threadFile, compileCache } = copy;
  const run = { seeds, threadFile, compileCache, threads: 1, shrinks: false, stopsAtFailure: true };
  try {
    copy.plant(mutation);
    const results = await runSeeds(run);
    const failure = results.find((result) => result.failure !== undefined)?.failure;
    return { name: mutation.name, caughtBy: failure?.invariant, seeds: results.length, detail: failure?.detail ?? '' };
  } catch (error) {
    return { name: mutation.name, caughtBy: undefined, seeds: 0, detail: messageOf(error) };
  }
}
