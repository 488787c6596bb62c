import type { SeedFailure } from './judge-seed.ts';
import type { MutationResult } from './run-mutations.ts';

/** A failure as it is printed: the seed, the invariant, the shrunk history, and how it is played again. */
export function failureText({ seed, invariant, detail, shrunk }: SeedFailure): string {
  return [
    `seed ${seed} breaks '${invariant}': ${detail}`,
    `  shrunk to ${shrunk.acts.length} acts: ${JSON.stringify(shrunk.acts)}`,
    `  with the faults ${JSON.stringify(shrunk.faults)} in ${JSON.stringify(shrunk.world)}`,
    `  replay: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

/** What came of a mutant, in a line. */
export function mutationText({ name, caughtBy, seeds, detail }: MutationResult): string {
  if (caughtBy === undefined) {
    return `MISSED ${name}: ${seeds === 0 ? detail : `no invariant is broken within ${seeds} seeds`}`;
  }
  return `caught ${name}: ${caughtBy} after ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
}
