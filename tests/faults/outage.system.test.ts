/**
 * TMDB is down for half an hour in the middle of a thousand jobs. Several workers share one breaker and one schedule, as in
 * Lambda: batches of ten, failed messages left on the queue, deferred ones sent back to it. Virtual time.
 */
import { describe, expect, it } from 'vitest';
import { type OutageKind, outageTmdb } from '../support/outage-tmdb.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { workerFleet } from '../support/worker-fleet.ts';

const jobCount = 1_000;
const downForMs = 30 * 60_000;
const drainLimitMs = 5 * 60_000;

const jobId = (n: number) => `0badcafe/popular/movie/global/en-US/${n}`;

/** Plays the outage; every figure that was measured. */
async function play(kind: OutageKind, workers: number, seed: number) {
  const tmdb = outageTmdb({ kind, downAtCall: 300, downForMs, seed });
  const fleet = workerFleet({ workers, seed, tmdb: tmdb.portOf });
  await fleet.queue.sendAll(Array.from({ length: jobCount }, (_, n) => JSON.stringify(sampleJob({ jobId: jobId(n) }))));
  const hoursMs = 6 * 3_600_000;
  await fleet.runUntil(() => fleet.queue.held().length === 0 || fleet.clock.monotonicMs() > hoursMs);

  const { downMs = 0, upMs = 0 } = tmdb.times() ?? {};
  const opened = fleet.telemetry.eventsOf('breaker-changed').find(({ state }) => state === 'open');
  const openedMs = Date.parse(fleet.breaker.stored[0]?.since ?? '') - Date.UTC(2026, 10, 23, 8);
  const whileDown = tmdb.calls.filter(({ down }) => down);
  const applied = fleet.items.bodies.map((body) => (JSON.parse(body) as { jobId: string }).jobId);
  return {
    fleet,
    opened,
    applied,
    figures: {
      calls: tmdb.calls.length,
      trials: fleet.trials(),
      callsThatOpenedIt: whileDown.filter(({ beganMs }) => beganMs <= openedMs).length,
      callsWhileOpen: whileDown.filter(({ beganMs }) => beganMs > openedMs).length,
      openedAfterMs: Math.round(openedMs - downMs),
      deferrals: fleet.telemetry.eventsOf('job-deferred').length,
      mostDeferralsOfAJob: Math.max(...fleet.telemetry.eventsOf('job-deferred').map(({ deferrals }) => deferrals)),
      drainedAfterSeconds: Math.round((fleet.clock.monotonicMs() - upMs) / 1_000),
    },
  };
}

describe('half an hour without TMDB in a thousand jobs', () => {
  it.for([
    ['answers 503', 2, 1],
    ['answers 503', 4, 2],
    ['refuses connections', 2, 3],
    ['refuses connections', 4, 4],
    ['does not answer', 2, 5],
    ['does not answer', 4, 6],
    ['is mixed', 3, 7],
  ] as const)(
    'that %s, with %i workers: every job is applied, and TMDB is left in peace',
    async ([kind, workers, seed], { annotate }) => {
      const { fleet, opened, applied, figures } = await play(kind, workers, seed);
      const seen = JSON.stringify(figures);
      await annotate(seen, 'measured');

      // Nothing is lost, and nothing healthy is buried.
      expect(new Set(applied), seen).toEqual(new Set(Array.from({ length: jobCount }, (_, n) => jobId(n))));
      expect(applied, seen).toHaveLength(jobCount);
      expect([fleet.deadLetters.sent, fleet.queue.redriven, fleet.queue.held()], seen).toEqual([[], [], []]);
      expect(fleet.failures(), seen).toBe(0);
      expect(opened, seen).toMatchObject({ reason: 'failures' });

      // The breaker holds the calls of all workers together to its trials.
      expect(figures.calls, seen).toBeLessThanOrEqual(1.1 * jobCount + figures.trials + figures.callsThatOpenedIt);
      expect(figures.callsThatOpenedIt, seen).toBeLessThanOrEqual(20 * workers);
      expect(figures.callsWhileOpen, seen).toBeLessThanOrEqual(figures.trials + workers);
      expect(figures.trials, seen).toBeLessThanOrEqual(35);

      expect(figures.drainedAfterSeconds * 1_000, seen).toBeLessThanOrEqual(drainLimitMs);
    },
  );
});
