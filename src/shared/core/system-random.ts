import type { Random } from './random.ts';

/** The runtime's own generator; jitter needs no cryptographic strength. */
export const systemRandom: Random = { next: () => Math.random() };
