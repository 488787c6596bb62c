/** What this worker must reach in the worlds of `throttle`. */
import type { BenchTarget } from '../bench-report.ts';
import type { PlayedTrial, ThrottleTrial } from './throttle-trial.ts';
import { mostUnderWay, type ThrottleWorld, type WorldName } from './worlds.ts';

/** Least goodput in percent of the ideal, or of the best peer in the same run; most calls refused by the limit in 1,000. */
type Bound = { least: number; of: 'the ideal' | 'the best peer'; mostRefused: number };

const bounds: Partial<Record<WorldName, Bound>> = {
  clean: { least: 97, of: 'the ideal', mostRefused: 0 },
  'clean, busy machine': { least: 90, of: 'the ideal', mostRefused: 0 },
  '2 % 429, 5 % 5xx': { least: 95, of: 'the best peer', mostRefused: 0 },
  '5 % 429, 5 % 5xx': { least: 95, of: 'the best peer', mostRefused: 0 },
  'limit falls 40 to 20': { least: 90, of: 'the ideal', mostRefused: 6 },
  'falls, 2 % 429, 5 % 5xx': { least: 88, of: 'the ideal', mostRefused: 20 },
  'limit 28': { least: 92, of: 'the ideal', mostRefused: 10 },
  'limit 10': { least: 88, of: 'the ideal', mostRefused: 15 },
};

/** Bounds of all worlds together. */
const everywhere: readonly [keyof ThrottleTrial, string, number][] = [
  ['writesPerCall', 'write units of the throttle per call', 0.2],
  ['readsPerCall', 'read requests of the throttle per call', 1.2],
  ['itemRequestsPerJob', 'item requests per job', 0.2],
  ['mostUnderWay', 'most calls under way', mostUnderWay],
  ['dead', 'jobs dead', 0],
  ['lost', 'jobs lost', 0],
];

/** Noise is not an outage: no job may be deferred for it. */
const withoutDeferrals: readonly WorldName[] = ['clean', '2 % 429, 5 % 5xx', '5 % 429, 5 % 5xx'];

const isOurs = ({ subject }: PlayedTrial) => subject.name.startsWith('this worker');

/** The targets for what was played; missed where no trial succeeded. */
export function throttleTargets(played: readonly PlayedTrial[], worlds: readonly ThrottleWorld[]): BenchTarget[] {
  const ours = played.filter(isOurs);
  return [
    ...worlds.flatMap((world) =>
      worldTargets(
        world,
        played.filter((one) => one.world === world),
      ),
    ),
    ...everywhere.map(([key, name, most]) => atMost(`${name}, highest`, highest(ours, key), most)),
  ];
}

function worldTargets({ name }: ThrottleWorld, played: readonly PlayedTrial[]): BenchTarget[] {
  const ours = played.filter(isOurs);
  const bound = bounds[name];
  const deferred = withoutDeferrals.includes(name)
    ? [atMost(`${name}: jobs deferred`, highest(ours, 'deferred'), 0)]
    : [];
  if (bound === undefined) {
    return deferred;
  }
  const peers = played.filter((one) => !isOurs(one));
  const whole = bound.of === 'the ideal' ? 100 : highest(peers, 'goodput');
  const share = (100 * lowest(ours, 'goodput')) / whole;
  return [
    {
      name: `${name}: lowest goodput beside ${bound.of}, %`,
      value: Number(share.toFixed(1)),
      target: `at least ${bound.least}`,
      met: share >= bound.least,
    },
    atMost(`${name}: refused by the limit in 1,000`, highest(ours, 'refusedByLimit'), bound.mostRefused),
    ...deferred,
  ];
}

function atMost(name: string, value: number, most: number): BenchTarget {
  return { name, value: Number(value.toFixed(2)), target: most === 0 ? '0' : `at most ${most}`, met: value <= most };
}

/** NaN for none, which meets no bound. */
function highest(played: readonly PlayedTrial[], key: keyof ThrottleTrial): number {
  return played.length === 0 ? Number.NaN : Math.max(...played.map(({ trial }) => trial[key]));
}

function lowest(played: readonly PlayedTrial[], key: keyof ThrottleTrial): number {
  return played.length === 0 ? Number.NaN : Math.min(...played.map(({ trial }) => trial[key]));
}
