/** Rolling origins over feeds: what each subject would have said, and what came. */
import { type DemandShape, flatShape, globalShape } from '../../src/demand/demand-shape.ts';
import type { HourSeries } from '../../src/demand/hour-series.ts';
import { addGuess, emptyTally, type Tally } from './measures.ts';
import type { RealHours } from './movielens-hours.ts';
import { horizonHours, subjects } from './subjects.ts';
import { type Feed, feedHours, type World } from './worlds.ts';

/** A set with the sums of each subject, and those of the true rates where they are known. */
export type Trial = { name: string; tallies: Readonly<Record<string, Tally>> };

/** What a forecast is given, unless the world says less. */
export const historyHours = 672;
/** Not a divisor of a week, so that origins fall on all hours of the day. */
export const worldStepHours = 31;
export const truth = 'true rates';

/** The shape comes from as many feeds as these, which are not among those that are forecast: their seeds lie this far off. */
const shapeFeeds = 24;
const otherSeeds = 10_000;

/** Forecasts for the last two weeks of each feed of a synthetic world. */
export function tryWorld(world: World, seeds: readonly number[]): Trial {
  const feeds = seeds.map(world.feed);
  const others = seeds.slice(0, shapeFeeds).map((seed) => world.feed(seed + otherSeeds));
  const shape = globalShape(others.map((feed) => seriesBefore(feed, historyHours, historyHours)));
  const tallies = emptyTallies([...Object.keys(subjects), truth]);
  for (const feed of feeds) {
    const meanReads = feed.rates.reduce((sum, rate) => sum + rate, 0) / feedHours;
    for (let end = historyHours; end + horizonHours <= feedHours; end += worldStepHours) {
      const came = feed.reads.slice(end, end + horizonHours);
      addAll(tallies, seriesBefore(feed, end, world.historyHours), shape, came, meanReads);
      addGuess(tallies[truth] ?? emptyTally(), { hours: feed.rates.slice(end, end + horizonHours) }, came, meanReads);
    }
  }
  return { name: world.name, tallies };
}

/** Forecasts all over real hours; there is one feed, so no shape. */
export function tryReal({ name, startHour, counts, stepHours }: RealHours): Trial {
  const tallies = emptyTallies(Object.keys(subjects));
  const shape = flatShape();
  for (let end = historyHours; end + horizonHours <= counts.length; end += stepHours) {
    const came = counts.slice(end, end + horizonHours);
    addAll(tallies, seriesBefore({ startHour, seen: counts }, end, historyHours), shape, came, 1);
  }
  return { name, tallies };
}

function emptyTallies(names: readonly string[]): Record<string, Tally> {
  return Object.fromEntries(names.map((name) => [name, emptyTally()]));
}

function seriesBefore({ startHour, seen }: Pick<Feed, 'startHour' | 'seen'>, end: number, hours: number): HourSeries {
  return { startHour: startHour + end - hours, counts: seen.slice(end - hours, end) };
}

function addAll(
  tallies: Readonly<Record<string, Tally>>,
  series: HourSeries,
  shape: DemandShape,
  came: readonly number[],
  meanReads: number,
): void {
  for (const [name, subject] of Object.entries(subjects)) {
    addGuess(tallies[name] ?? emptyTally(), subject(series, shape), came, meanReads);
  }
}
