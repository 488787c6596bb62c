/** Bounds that hold four of five outcomes. Reads an hour; 0 or more. */
export type Interval = { low: number; high: number };

/** How outcomes spread around a mean: variance = mean + (mean x `share`)^2, and how many deviations below and above hold 80 %. */
export type Spread = { share: number; below: number; above: number };

/** Outer tenths of a normal distribution, in deviations. */
const normalTenth = 1.2816;
/** No interval is narrower than this part of the one that Poisson counts have. Chosen on the bench's tuning seeds, November 2026. */
const poissonFloor = 0.6;
/** Fewer errors than these say nothing about tenths. */
const fewestErrors = 48;

/** The spread of Poisson counts whose mean is itself uncertain by `share`. */
export function assumedSpread(share: number): Spread {
  return { share, below: normalTenth, above: normalTenth };
}

/** The spread that a back-test shows: the share by the errors' second moment, the tenths as they were. */
export function spreadOf({ forecasts, actuals }: { forecasts: readonly number[]; actuals: readonly number[] }): Spread {
  const share = errorShare(forecasts, actuals);
  if (forecasts.length < fewestErrors) {
    return assumedSpread(share);
  }
  const errors = Float64Array.from(forecasts, (forecast, index) => {
    const deviation = deviationOf(forecast, share);
    return deviation > 0 ? ((actuals[index] ?? 0) - forecast) / deviation : 0;
  }).sort();
  const tenth = Math.floor(errors.length / 10);
  return {
    share,
    below: Math.max(0, -(errors[tenth] ?? 0)),
    above: Math.max(0, errors[errors.length - 1 - tenth] ?? 0),
  };
}

/** What the errors have beyond Poisson noise, as a share of the mean; 0 where they have no more. */
export function errorShare(forecasts: readonly number[], actuals: readonly number[]): number {
  let excess = 0;
  let squares = 0;
  forecasts.forEach((forecast, index) => {
    excess += (forecast - (actuals[index] ?? 0)) ** 2 - forecast;
    squares += forecast ** 2;
  });
  return squares > 0 ? Math.sqrt(Math.max(0, excess / squares)) : 0;
}

/** The interval around a mean. */
export function around(mean: number, { share, below, above }: Spread): Interval {
  const least = poissonFloor * normalTenth * Math.sqrt(mean);
  const deviation = deviationOf(mean, share);
  return {
    low: Math.max(0, mean - Math.max(least, below * deviation)),
    high: mean + Math.max(least, above * deviation),
  };
}

function deviationOf(mean: number, share: number): number {
  return Math.hypot(Math.sqrt(mean), mean * share);
}
