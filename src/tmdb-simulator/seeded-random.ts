/** A source of random numbers; a seeded one replays a run. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
};

/** What a seed is hashed with: a whole number up to 32 bits, or a short text. */
type Salt = number | string;

const uint32Range = 2 ** 32;

/** An unsigned 32-bit hash of a seed and salts; the same on every machine. */
export function hash32(seed: number, ...salts: readonly Salt[]): number {
  let hash = scramble(seed);
  for (const salt of salts) {
    hash = typeof salt === 'number' ? absorb(hash, salt) : absorbText(hash, salt);
  }
  return hash;
}

/** `hash32` as a number in [0, 1): needs no state, so draws can be repeated in any order. */
export function unitFrom(seed: number, ...salts: readonly Salt[]): number {
  return hash32(seed, ...salts) / uint32Range;
}

/** Noise in [0, 1), interpolated linearly between whole positions: for values that drift slowly with time. */
export function smoothNoise(seed: number, salt: string, position: number): number {
  const knot = Math.floor(position);
  const from = unitFrom(seed, salt, knot);
  const to = unitFrom(seed, salt, knot + 1);
  return from + (to - from) * (position - knot);
}

/** A generator that replays from its seed (mulberry32); not for cryptography. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / uint32Range;
    },
  };
}

/** A whole number from `min` to `max`, both included. */
export function wholeBetween(random: Random, min: number, max: number): number {
  return min + Math.floor(random.next() * (max - min + 1));
}

/** One of `list` by a draw in [0, 1). Throws a RangeError when the list is empty. */
export function pickAt<T>(list: readonly T[], unit: number): T {
  const picked = list[Math.floor(unit * list.length)];
  if (picked === undefined) {
    throw new RangeError(`cannot pick from a list of ${list.length} at ${unit}`);
  }
  return picked;
}

/** One of `weighted` with a chance in proportion to its weight. Throws a RangeError when the list is empty. */
export function pickWeighted<T extends { weight: number }>(weighted: readonly T[], unit: number): T {
  let left = unit * weighted.reduce((sum, entry) => sum + entry.weight, 0);
  for (const entry of weighted) {
    left -= entry.weight;
    if (left < 0) {
      return entry;
    }
  }
  return pickAt(weighted, 0);
}

/** Nearly normal with mean 0 and deviation 1, from six uniform draws; never beyond 4.25. */
export function nearlyNormal(random: Random): number {
  let sum = 0;
  for (let draw = 0; draw < 6; draw += 1) {
    sum += random.next();
  }
  return (sum - 3) / Math.sqrt(0.5);
}

function absorbText(hash: number, text: string): number {
  let mixed = absorb(hash, text.length);
  for (let index = 0; index < text.length; index += 1) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  }
  return scramble(mixed);
}

function absorb(hash: number, salt: number): number {
  return scramble((Math.imul(hash, 31) + salt + 0x9e3779b9) | 0);
}

/** The finalizer of MurmurHash3: every input bit affects every output bit. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
