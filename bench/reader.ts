/**
 * Part `recommendations`: recommendations from this reader, from the predecessor's logic, and from a plain read-through cache in memory: how many of them
 * need TMDB, how long they take, and what they cost, beside each other on one table and one TMDB simulator. Part `lists`: lists of a region,
 * plain and filtered.
 */
import { loadavg } from 'node:os';
import type { RecommendRequest, TitleRef } from '../src/reader/reader-api.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { type BenchReport, benchEnvironment } from './bench-report.ts';
import { type BenchSelection, chosenParts } from './bench-selection.ts';
import { movielensWorkload } from './movielens-trace.ts';
import { refText } from './peer-recommend.ts';
import { openPredecessor } from './predecessor.ts';
import { benchLists } from './reader-lists.ts';
import { resultsOf, type Trials, targetsOf, whereAhead } from './reader-report.ts';
import { type OpenSubject, openCacheManager, openThisReader, type SubjectName } from './reader-subjects.ts';
import { coldRequests, pauseMs, runTrial, viewers } from './reader-trial.ts';
import { type Workload, zipfWorkload } from './reader-workload.ts';
import { type ReaderWorld, simulatorPerSecond, startReaderWorld } from './reader-world.ts';

const rounds = 3;
const requestsPerRound = 1_000;
/** The predecessor remembers nothing, and a second of each of its recommendations is a second of this bench. */
const predecessorEvery = 5;
const subjects: readonly SubjectName[] = ['this reader', 'predecessor', 'cache-manager'];
const knownTitles = 10;

/** All parts, or those that are chosen. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchReader(selection: BenchSelection): Promise<BenchReport> {
  const parts = chosenParts(['recommendations', 'lists'], selection);
  const world = await startReaderWorld();
  const [loadBefore = 0] = loadavg();
  try {
    const trace = movielensWorkload(rounds, requestsPerRound);
    const made = [];
    if (parts.includes('recommendations')) {
      made.push(await benchRecommendations(trace, world));
    }
    if (parts.includes('lists')) {
      made.push(await benchLists(rounds, requestsPerRound, world));
    }
    return {
      bench: 'reader',
      method: methodOf(trace !== undefined),
      environment: {
        ...benchEnvironment({ dynoxide: '1.2.1', 'cache-manager': '7.2.9', 'its keyv': '5.6.0' }),
        'load average before': loadBefore,
        'and after': loadavg()[0] ?? 0,
      },
      results: made.flatMap(({ results }) => results),
      targets: made.flatMap(({ targets }) => targets),
    };
  } finally {
    await world.stop();
  }
}

/** Runs all subjects under all workloads. */
async function benchRecommendations(trace: Workload | undefined, world: ReaderWorld) {
  const all: Trials[] = [];
  for (const workload of [zipfWorkload(rounds, requestsPerRound, systemClock), ...(trace ? [trace] : [])]) {
    all.push(...(await runWorkload(workload, world)));
  }
  return { results: [...resultsOf(all), ...whereAhead(all)], targets: targetsOf(all) };
}

/** Each round begins with another subject: who comes first pays for what the process does for the first time. */
async function runWorkload(workload: Workload, world: ReaderWorld): Promise<Trials[]> {
  const open = openersOf(mostLiked(workload), world);
  const trials = subjects.map((subject) => ({
    subject,
    workload: workload.name,
    rounds: [] as Trials['rounds'][number][],
  }));
  for (const [round, requests] of workload.rounds.entries()) {
    for (let turn = 0; turn < trials.length; turn += 1) {
      const trial = trials[(round + turn) % trials.length] as (typeof trials)[number];
      const asked =
        trial.subject === 'predecessor' ? requests.filter((_, index) => index % predecessorEvery === 0) : requests;
      trial.rounds.push(await runTrial(asked, open[trial.subject](), world));
    }
  }
  return trials;
}

function openersOf(known: readonly TitleRef[], world: ReaderWorld): Record<SubjectName, () => OpenSubject> {
  return {
    'this reader': () => openThisReader(world),
    predecessor: () => openPredecessor(world, known),
    'cache-manager': () => openCacheManager(world),
  };
}

/** Nobody's ten ids could be better chosen. */
function mostLiked(workload: Workload): TitleRef[] {
  const counts = new Map<string, { ref: TitleRef; count: number }>();
  for (const { liked = [] } of workload.rounds.flat() as RecommendRequest[]) {
    for (const ref of liked) {
      const known = counts.get(refText(ref));
      counts.set(refText(ref), { ref, count: (known?.count ?? 0) + 1 });
    }
  }
  const ranked = [...counts.values()].sort((a, b) => b.count - a.count);
  return ranked.slice(0, knownTitles).map(({ ref }) => ref);
}

function methodOf(traced: boolean): string {
  return [
    `${rounds} rounds of about ${requestsPerRound} recommendations for each workload, ${viewers} viewers at a time, each ${pauseMs} ms after its last answer, real time; every subject is opened cold for each round, its first ${coldRequests} are the cold start; rounds are pooled`,
    `the tables were filled by a daily run with region DE and a weekly run; worker and writer go on draining the queues, and what they call is counted for whoever caused it`,
    `the simulator takes 5 to 40 ms on a thread of its own and admits ${simulatorPerSecond} calls a second instead of 40, so that peers are slow by their calls and not by 429; this reader and the workers keep their limits (3 and 30 a second)`,
    `candidates, scores and variety are this project's for all subjects; peers do not translate picks; the thread also runs the queues' emulator and the event sources, which its CPU includes`,
    `predecessor: a query of an index that is not there, then TMDB, one call after the other: popular, trending, two genres, each liked title; the ${knownTitles} most liked of the workload by key; every ${predecessorEvery}th recommendation only`,
    `cache-manager: in this process without a bound, 7 days, "no such title" kept too, calls side by side; a recommendation that waits for another's call is a hit`,
    `Zipf viewers: each another viewer, 1 to 5 liked of the simulator's 8,400 titles (exponent 1), 30 % ask for a genre, 25 % in DE and 15 % in FR in their languages`,
    traced
      ? 'MovieLens trace: latest-small by TMDB id, in time order, every 100th rating; the simulator knows hardly any of its ids and answers 404'
      : 'MovieLens trace: skipped, ../shared/data/movielens is not there',
    `lists (part 'lists'): ${rounds} rounds of ${requestsPerRound} lists of region DE as for recommendations, a fifth of them from the 21st title on; plain, and with countries, languages, certification and services filtered together`,
  ].join('; ');
}
