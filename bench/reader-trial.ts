/** One subject, one workload, one round: a cold start, then the rest, each counted at the subject and at TMDB. */

import type { RecommendRequest } from '../src/reader/reader-api.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import type { OpenSubject } from './reader-subjects.ts';
import type { ReaderWorld } from './reader-world.ts';

/** What was seen of some recommendations. */
export type Figures = {
  latenciesMs: number[];
  hits: number;
  /** Calls of TMDB that a recommendation waited for. */
  callsInRequests: number;
  /** Calls that it has caused behind the answers, by the queues. */
  callsCaused: number;
  readUnits: number;
  writeUnits: number;
  picks: number;
  candidates: number;
  /** Of the thread that the subject runs on. */
  cpuMs: number;
  liked: number;
  unknownLiked: number;
};

/** Recommendations of a cold start. */
export const coldRequests = 50;
/** Concurrent viewers, each with one recommendation in flight. */
export const viewers = 4;
/** Between an answer and the same viewer's next request: without it the faster a subject is the more it is asked, until it queues. */
export const pauseMs = 20;

/** Runs all `requests` on a subject that has just been opened, and closes it. */
export async function runTrial(
  requests: readonly RecommendRequest[],
  subject: OpenSubject,
  world: ReaderWorld,
): Promise<{ cold: Figures; warm: Figures }> {
  try {
    const cold = await runPhase(requests.slice(0, coldRequests), subject, world);
    return { cold, warm: await runPhase(requests.slice(coldRequests), subject, world) };
  } finally {
    await subject.close();
  }
}

/** Several figures as one. */
export function sumOf(parts: readonly Figures[]): Figures {
  return parts.reduce((sum, part) => {
    const { latenciesMs, ...counts } = part;
    const added = Object.entries(counts).map(([name, count]) => [name, count + sum[name as keyof typeof counts]]);
    return { ...Object.fromEntries(added), latenciesMs: [...sum.latenciesMs, ...latenciesMs] } as Figures;
  });
}

async function runPhase(
  requests: readonly RecommendRequest[],
  subject: OpenSubject,
  world: ReaderWorld,
): Promise<Figures> {
  const figures = emptyFigures();
  const before = { ...subject.capacity, own: subject.callsInRequests(), all: await world.tmdbCalls() };
  const waiting = requests.values();
  const cpuBefore = process.threadCpuUsage();
  await Promise.all(Array.from({ length: viewers }, () => recommendInTurn(waiting, subject, figures)));
  const cpu = process.threadCpuUsage(cpuBefore);
  figures.cpuMs = (cpu.user + cpu.system) / 1_000;
  await subject.settled();
  await world.drained();
  const all = (await world.tmdbCalls()) - before.all;
  figures.callsInRequests = subject.callsInRequests() - before.own;
  figures.callsCaused = all - figures.callsInRequests;
  figures.readUnits = subject.capacity.readUnits - before.readUnits;
  figures.writeUnits = subject.capacity.writeUnits - before.writeUnits;
  return figures;
}

/** Takes one request after the other from what all take from. */
async function recommendInTurn(
  waiting: Iterable<RecommendRequest>,
  subject: OpenSubject,
  figures: Figures,
): Promise<void> {
  for (const request of waiting) {
    const startedMs = systemClock.monotonicMs();
    const { answer, hit } = await subject.recommend(request);
    figures.latenciesMs.push(systemClock.monotonicMs() - startedMs);
    // Nothing recommended quickly is no hit.
    figures.hits += hit && answer.picks.length > 0 ? 1 : 0;
    figures.picks += answer.picks.length;
    figures.candidates += answer.candidates;
    figures.liked += request.liked?.length ?? 0;
    figures.unknownLiked += answer.unknownLiked.length;
    await systemClock.sleep(pauseMs);
  }
}

function emptyFigures(): Figures {
  return {
    latenciesMs: [],
    hits: 0,
    callsInRequests: 0,
    callsCaused: 0,
    readUnits: 0,
    writeUnits: 0,
    picks: 0,
    candidates: 0,
    cpuMs: 0,
    liked: 0,
    unknownLiked: 0,
  };
}
