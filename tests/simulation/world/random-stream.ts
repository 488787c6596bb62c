import type { Random } from '../../../src/shared/core/clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** A source of draws with the questions that a history asks of it. */
export type Draws = Random & {
  chance(probability: number): boolean;
  /** Uniform from `least` to below `most`. */
  between(least: number, most: number): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  pick<T>(among: readonly T[]): T;
};

/** The stream `name` of a seed. Streams do not disturb one another: one fault less leaves the draws of the others as they were. */
export function randomStream(seed: number, name: string): Draws {
  const { next } = seededRandom(textHash(`${seed}/${name}`));
  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    between: (least, most) => least + next() * (most - least),
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (among) => {
      const picked = among[Math.floor(next() * among.length)];
      if (picked === undefined) {
        throw new RangeError('nothing to pick from');
      }
      return picked;
    },
  };
}

/** 32 bits of a text: FNV-1a, mixed once more so that texts which differ in the last character lie far apart. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
