/**
 * Lists of a region, plain and filtered by all that needs details and by languages, beside each other: what a filter adds to the time and to
 * the read units of a list.
 */
import type { FeedInput, ListAnswer, ListRequest } from '../src/reader/reader-api.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { servicesIn } from '../src/tmdb-simulator/catalogue/services.ts';
import { pickAt, seededRandom } from '../src/tmdb-simulator/seeded-random.ts';
import { type BenchResult, type BenchTarget, quantile } from './bench-report.ts';
import { openReaderOf } from './reader-subjects.ts';
import { coldRequests, pauseMs, viewers } from './reader-trial.ts';
import type { ReaderWorld } from './reader-world.ts';

const region = 'DE';
/** The lists that a daily run keeps of a region. */
const feeds: readonly FeedInput[] = (['movie', 'tv'] as const).flatMap((media) =>
  ['popular', 'trending', 'local_originals'].map((category) => ({ category, media, region })),
);
/** TMDB's discover takes none of them but the last two. */
const filter: ListRequest = {
  excludeCountries: ['IN', 'FR'],
  excludeLanguages: ['ja', 'ko'],
  maxCertification: '16',
  providers: servicesIn(region)
    .slice(0, 6)
    .map(({ id }) => id),
};
const subjects = { 'plain list': {}, 'filtered list': filter } as const satisfies Record<string, ListRequest>;
type Subject = keyof typeof subjects;
const subjectNames = Object.keys(subjects) as Subject[];

type Asked = { feed: FeedInput; offset: number };
type Seen = { latenciesMs: number[]; readUnits: number; listed: number; lookedAt: number; withoutDetails: number };
type Round = { cold: Seen; warm: Seen };

/** Rounds of both, each opened cold; each round begins with the other one. */
export async function benchLists(
  rounds: number,
  perRound: number,
  world: ReaderWorld,
): Promise<{ results: BenchResult[]; targets: BenchTarget[] }> {
  const seen: Record<Subject, Round[]> = { 'plain list': [], 'filtered list': [] };
  for (let round = 0; round < rounds; round += 1) {
    const asked = askedIn(round, perRound);
    for (const subject of round % 2 === 0 ? subjectNames : subjectNames.toReversed()) {
      seen[subject].push(await runRound(asked, subjects[subject], world));
    }
  }
  return { results: subjectNames.flatMap((subject) => resultsOf(subject, seen[subject])), targets: targetsOf(seen) };
}

/** Most readers see the first page of a list. */
function askedIn(round: number, count: number): Asked[] {
  const random = seededRandom(1_000 + round);
  return Array.from({ length: count }, () => ({
    feed: pickAt(feeds, random.next()),
    offset: random.next() < 0.8 ? 0 : 20,
  }));
}

async function runRound(asked: readonly Asked[], options: ListRequest, world: ReaderWorld): Promise<Round> {
  const { reader, capacity, close } = openReaderOf(world);
  const phase = async (some: readonly Asked[]): Promise<Seen> => {
    const before = capacity.readUnits;
    const seen: Seen = { latenciesMs: [], readUnits: 0, listed: 0, lookedAt: 0, withoutDetails: 0 };
    const waiting = some.values();
    const inTurn = async () => {
      for (const { feed, offset } of waiting) {
        const startedMs = systemClock.monotonicMs();
        const answer = await reader.list(feed, { ...options, offset });
        seen.latenciesMs.push(systemClock.monotonicMs() - startedMs);
        count(answer, seen);
        await systemClock.sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: viewers }, inTurn));
    await reader.settled();
    await world.drained();
    return { ...seen, readUnits: capacity.readUnits - before };
  };
  try {
    const cold = await phase(asked.slice(0, coldRequests));
    return { cold, warm: await phase(asked.slice(coldRequests)) };
  } finally {
    await close();
  }
}

/** @throws for an answer from elsewhere than the cache: the table is filled with these lists. */
function count({ feed, titles, filtered, from }: ListAnswer, seen: Seen): void {
  if (from !== 'table' && from !== 'memory') {
    throw new Error(`${feed.category}/${feed.media} of ${feed.region} is not in the table`);
  }
  seen.listed += titles.length;
  seen.lookedAt += filtered?.lookedAt ?? titles.length;
  seen.withoutDetails += filtered?.withoutDetails ?? 0;
}

function sumOf(parts: readonly Seen[]): Seen {
  return parts.reduce((a, b) => ({
    latenciesMs: [...a.latenciesMs, ...b.latenciesMs],
    readUnits: a.readUnits + b.readUnits,
    listed: a.listed + b.listed,
    lookedAt: a.lookedAt + b.lookedAt,
    withoutDetails: a.withoutDetails + b.withoutDetails,
  }));
}

function partsOf(rounds: readonly Round[]): Record<'cold start' | 'once warm' | 'all', Seen> {
  return {
    'cold start': sumOf(rounds.map(({ cold }) => cold)),
    'once warm': sumOf(rounds.map(({ warm }) => warm)),
    all: sumOf(rounds.flatMap(({ cold, warm }) => [cold, warm])),
  };
}

function resultsOf(subject: Subject, rounds: readonly Round[]): BenchResult[] {
  return Object.entries(partsOf(rounds)).flatMap(([part, seen]) => {
    const each = (metric: string, value: number, unit: string): BenchResult => ({
      subject: `${subject}, ${part}`,
      metric,
      value: value / seen.latenciesMs.length,
      unit,
    });
    return [
      ...[0.5, 0.95, 0.99].map((share) => ({
        subject: `${subject}, ${part}`,
        metric: `p${100 * share}`,
        value: quantile(seen.latenciesMs, share),
        unit: 'ms',
      })),
      each('read units', seen.readUnits, 'RCU per list'),
      each('titles looked at', seen.lookedAt, 'per list'),
      each('titles listed', seen.listed, 'per list'),
      each('titles without details', seen.withoutDetails, 'per list'),
    ];
  });
}

function targetsOf(seen: Readonly<Record<Subject, readonly Round[]>>): BenchTarget[] {
  const [plain, filtered] = [partsOf(seen['plain list']), partsOf(seen['filtered list'])];
  return (['all', 'once warm'] as const).map((part) => {
    const share = quantile(filtered[part].latenciesMs, 0.99) / quantile(plain[part].latenciesMs, 0.99);
    return {
      name: `p99 of a filtered list as a share of the plain one's, ${part === 'all' ? 'cold starts included' : part}`,
      value: Math.round(share * 1e4) / 1e4,
      target: 'at most 2',
      met: share <= 2,
    };
  });
}
