import type { Guess } from './subjects.ts';

/** The horizons that are told, in hours. */
export const horizonsHours = [4, 24] as const;

/** Sums over all forecasts of one subject on one set. */
export type Tally = {
  /** By horizon: absolute errors and reads, each feed's reads as shares of its mean. */
  errors: number[];
  reads: number[];
  dayErrors: number;
  methods: Map<string, number>;
};

/** Before the first forecast. */
export function emptyTally(): Tally {
  return { errors: [0, 0], reads: [0, 0], dayErrors: 0, methods: new Map() };
}

/** Adds a forecast and what came. `meanReads` is the feed's mean: a large feed counts as much as a small one. */
export function addGuess(tally: Tally, { hours, method }: Guess, came: readonly number[], meanReads: number): void {
  const errors = came.map((reads, index) => (reads - (hours[index] ?? 0)) / meanReads);
  horizonsHours.forEach((horizon, at) => {
    tally.errors[at] = (tally.errors[at] ?? 0) + sum(errors.slice(0, horizon).map(Math.abs));
    tally.reads[at] = (tally.reads[at] ?? 0) + sum(came.slice(0, horizon)) / meanReads;
  });
  tally.dayErrors += Math.abs(sum(errors));
  if (method !== undefined) {
    tally.methods.set(method, (tally.methods.get(method) ?? 0) + 1);
  }
}

/** Weighted absolute percentage error, as a share: the sum of errors over the sum of reads. `at` is the horizon's place. */
export function wape({ errors, reads }: Tally, at: number): number {
  return (errors[at] ?? 0) / (reads[at] ?? 0);
}

/** The same of the sums of whole days. */
export function dayWape({ dayErrors, reads }: Tally): number {
  return dayErrors / (reads[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
