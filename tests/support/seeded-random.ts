import type { Random } from '../../src/shared/core/clock.ts';

/** Draws that repeat with the seed: a 32-bit linear congruential generator (Numerical Recipes' constants). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
}

/** Always the same draw: for a test that needs the exact delay. */
export function constantRandom(draw: number): Random {
  return { next: () => draw };
}
