import type { Random } from '../ports/random.ts';

/** The runtime's own generator; jitter needs no cryptographic strength. */
export const systemRandom: Random = { next: () => Math.random() };
