/** A place on an axis, by its share of the axis' length, and what stands there. */
export type Tick = { share: number; text: string };

const mostSteps = 4;

/** Round figures from 0 to at least `max`: at most five, whole numbers, evenly apart. */
export function roundScale(max: number): number[] {
  const step = [1, 2, 5]
    .flatMap((digit) => Array.from({ length: 16 }, (_, power) => digit * 10 ** power))
    .sort((a, b) => a - b)
    .find((one) => one * mostSteps >= max);
  const size = step ?? Math.ceil(max / mostSteps);
  const steps = Math.max(1, Math.ceil(max / size));
  return Array.from({ length: steps + 1 }, (_, n) => n * size);
}

/** Indexes of at most `most` of `count` points, evenly apart; of those where `preferred` says yes if that makes two at least. */
export function spreadIndexes(count: number, most: number, preferred: (index: number) => boolean): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  const candidates = all.filter(preferred);
  const from = candidates.length >= 2 ? candidates : all;
  const every = Math.ceil(from.length / most);
  return from.filter((_, place) => place % every === 0);
}
