/** How fresh whole titles are for how many calls: by age alone, by TMDB's lists of changes alone, and as the planner chooses. */
import { type BenchReport, type BenchResult, type BenchTarget, benchEnvironment } from './bench-report.ts';
import type { FreshFigures } from './titles-fresh/fresh-ledger.ts';
import { asPlanned, byAge, byChanges, type PlannedFigures } from './titles-fresh/planners.ts';
import { type TitleWorld, titleWorld } from './titles-fresh/title-world.ts';

/** Kept titles, the share of them that changes a day, and a budget that both ways fit into. */
const shapes = [
  { titles: 1_000, changedShare: 0.005, callsPerDay: 300 },
  { titles: 1_000, changedShare: 0.02, callsPerDay: 400 },
  { titles: 1_000, changedShare: 0.15, callsPerDay: 800 },
  { titles: 10_000, changedShare: 0.005, callsPerDay: 1_200 },
  { titles: 10_000, changedShare: 0.02, callsPerDay: 1_500 },
  { titles: 10_000, changedShare: 0.15, callsPerDay: 4_000 },
];
/** A budget that neither fits into. */
const scarce = { titles: 10_000, changedShare: 0.02, callsPerDay: 400 };

/** Where lists decide, titles are re-read at this age: a row's hard TTL is 42 days, and it is fetched before. */
const rereadDays = 28;

const method =
  'A simulated month after two weeks of learning, occurrence by occurrence, on virtual time: films and series half and half, every third read once a day; TMDB lists 110 pages of changes a day, and leaves out 2 % of the changes. The planner is the deployed policy, decision and record with lists, counters and table in memory; where to watch a title is left out of account. By age alone: every title at one age, the age at which read titles are as fresh as the planner keeps them. By lists alone: both lists after each day, what they name, and every title at 28 days.';

/** Runs all worlds. */
export async function benchTitlesFresh(): Promise<BenchReport> {
  const trials: Trial[] = [];
  for (const shape of [...shapes, scarce]) {
    trials.push(await play(titleWorld(shape)));
  }
  return {
    bench: 'titles-fresh',
    method,
    environment: benchEnvironment({}),
    results: trials.flatMap(resultsOf),
    targets: trials.flatMap((trial) => targetsOf(trial)),
  };
}

/** The figures of a world. */
export type Trial = { world: TitleWorld; age: FreshFigures; changes: FreshFigures; planner: PlannedFigures };

async function play(world: TitleWorld): Promise<Trial> {
  const planner = await asPlanned(world);
  return {
    world,
    planner,
    age: byAge(world, daysFor(planner.staleShare, world.changedShare)),
    changes: byChanges(world, rereadDays),
  };
}

/** At which age titles are re-read, in days, to be out of date for a share of the time: 1 - (1 - e^(-rt)) / (rt) of it, by bisection. */
export function daysFor(staleShare: number, changedShare: number): number {
  let [low, high] = [0.01, 1_000];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    const changes = changedShare * middle;
    const stale = 1 - (1 - Math.exp(-changes)) / changes;
    [low, high] = stale < staleShare ? [middle, high] : [low, middle];
  }
  return low;
}

function nameOf({ name, callsPerDay }: TitleWorld): string {
  return `${name}, at most ${callsPerDay.toLocaleString('en-US')} calls`;
}

function resultsOf({ world, ...figures }: Trial): BenchResult[] {
  const words = { age: 'age alone', changes: 'lists alone', planner: 'planner' } as const;
  return (Object.keys(words) as (keyof typeof words)[]).flatMap((way) => {
    const of = figures[way];
    const subject = `${nameOf(world)}: ${words[way]}`;
    const figure = (metric: string, value: number, unit: string) => ({ subject, metric, value, unit });
    return [
      figure('calls a day', of.callsADay, 'calls'),
      figure('of them pages of lists', of.pagesADay, 'calls'),
      figure('most calls in 24 hours', of.mostCallsOfDay, 'calls'),
      figure('of its time a read title is out of date', 100 * of.staleShare, '%'),
      figure('of its time any title is out of date', 100 * of.staleShareOfAll, '%'),
      figure('age of a change of a read title when it arrives, p50', of.ageP50Hours, 'h'),
      figure('age of a change of a read title when it arrives, p95', of.ageP95Hours, 'h'),
      ...(way === 'planner'
        ? [
            figure('calls for titles saved by lists', figures.planner.callsSavedADay, 'calls a day'),
            figure('days on which lists decided', figures.planner.daysByChanges, 'days of 44'),
          ]
        : []),
    ];
  });
}

/** Lists alone keep titles as fresh as they do: they are compared unless twice as many titles are out of date as with the planner. */
export function targetsOf({ world, age, changes, planner }: Trial): BenchTarget[] {
  const isAsFresh = changes.staleShare <= 2 * planner.staleShare;
  const best = Math.min(age.callsADay, isAsFresh ? changes.callsADay : Number.POSITIVE_INFINITY);
  const ratio = planner.callsADay / best;
  const name = nameOf(world);
  const isScarce = world.callsPerDay === scarce.callsPerDay && world.titles === scarce.titles;
  const listsPay = planner.daysByChanges > 22;
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  return [
    {
      name: `most calls in 24 hours, ${name}`,
      value: planner.mostCallsOfDay,
      target: `at most ${world.callsPerDay}`,
      met: planner.mostCallsOfDay <= world.callsPerDay,
    },
    ...(isScarce
      ? []
      : [
          {
            name: `calls for each of the better way's at the same staleness, ${name}`,
            value: round(ratio),
            target: 'at most 1.1',
            met: ratio <= 1.1,
          },
        ]),
    ...(listsPay && !isScarce
      ? [
          {
            name: `hours until a change of a read title is in the table (p95), ${name}`,
            value: round(planner.ageP95Hours),
            target: 'at most 26',
            met: planner.ageP95Hours <= 26,
          },
        ]
      : []),
  ];
}
