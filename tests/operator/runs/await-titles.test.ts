import { describe, expect, it } from 'vitest';
import { awaitTitles, type TitleSources } from '../../../src/operator/runs/await-titles.ts';
import { titleJobSchema } from '../../../src/shared/queues/fetch-job.ts';
import { hourLedger } from '../../../src/shared/tables/hour-ledger.ts';
import type { RunEvent } from '../../../src/shared/telemetry/run-event.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const runId = '0badcafe';
const jobIdOf = (id: number) => `${runId}/title/movie/${id}/en-US`;
const jobOf = (id: number) =>
  titleJobSchema.parse({
    ...{ kind: 'title-job', version: 1, jobId: jobIdOf(id), runId, origin: 'ad-hoc', mediaType: 'movie', id },
    ...{ language: 'en-US', details: true, awaited: true, attempt: 0, why: 'asked for ad hoc' },
    firstSeenAt: '2026-11-23T08:00:00.000Z',
  });
const applied = (id: number, awaited = true): RunEvent => ({
  event: 'page-applied',
  ...{ runId, jobId: jobIdOf(id), received: 1, written: 0, unchanged: 1, superseded: 0, rejected: 0 },
  ...(awaited && { awaited: true }),
});
const notFound = (id: number): RunEvent => ({
  event: 'job-not-found',
  ...{ runId, jobId: jobIdOf(id), code: 'tmdb_34', detail: 'HTTP 404', awaited: true },
});
const letter = { jobId: jobIdOf(551), reason: 'too-old', code: 'enotfound', detail: 'unknown host' };

/** Waits for ten seconds at most; the events happen in worker and writer after three. */
async function waiting(ids: readonly number[], events: readonly RunEvent[], over: Partial<TitleSources> = {}) {
  const clock = virtualClock({ autoJump: true });
  const usage = memoryUsageStore();
  const ledger = hourLedger(recordingTelemetry(), usage, 42, clock);
  const looks: string[] = [];
  const read: TitleSources['usage']['read'] = async (wanted) => {
    if (clock.monotonicMs() >= 3_000) {
      for (const event of events) {
        ledger.event(event);
      }
      await ledger.flush();
    }
    return usage.read(wanted);
  };
  const options = {
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onLook: ({ applied: done, titles }: { applied: number; titles: number }) => void looks.push(`${done}/${titles}`),
    deadLetters: new Map<string, string>(),
  };
  const sources = { usage: { read }, readDeadLetters: async () => [], ...over };
  return { ...(await awaitTitles({ runId, titles: ids.map(jobOf) }, options, sources, clock)), looks };
}

describe('titles that are waited for', () => {
  it('end when they are in the table, also where nothing of them has changed', async () => {
    const { end, timedOut, looks } = await waiting([550, 551], [applied(550), applied(551)]);
    expect(end).toMatchObject({ titles: 2, applied: 2, notFound: [], deadLettered: [], why: '' });
    expect([timedOut, looks]).toEqual([false, ['0/2', '0/2', '0/2', '2/2']]);
  });

  it('end when TMDB does not know them, which is said', async () => {
    const { end } = await waiting([550, 551], [applied(550), notFound(551)]);
    expect(end).toMatchObject({ applied: 1, notFound: ['movie:551'] });
    expect(end.why).toBe('1 of 2 titles are unknown to TMDB: movie:551');
  });

  it('are in the table where one delivery of a job has found them and another one has not', async () => {
    expect((await waiting([550], [notFound(550), applied(550)])).end).toMatchObject({ applied: 1, why: '' });
  });

  it('end with why they have a dead letter', async () => {
    const readDeadLetters = async () => [letter, { ...letter, jobId: 'another/title/movie/550/en-US' }] as never;
    const { end } = await waiting([550, 551], [applied(550)], { readDeadLetters });
    expect(end).toMatchObject({ applied: 1, deadLettered: [jobIdOf(551)] });
    expect(end.why).toBe(
      `1 of 2 titles have a dead letter: movie:551 (${jobIdOf(551)}: too-old, enotfound: unknown host); see dlq list`,
    );
  });

  it('are open when the time is up, also where others of the same name have ended', async () => {
    const ofAnotherRun = { ...applied(550), runId: '5eed5eed', jobId: '5eed5eed/title/movie/550/en-US' } as RunEvent;
    const { end, timedOut } = await waiting([550], [ofAnotherRun, applied(550, false)]);
    expect(end.why).toBe('1 of 1 titles had not arrived: movie:550: the time was up (see --timeout)');
    expect(timedOut).toBe(true);
  });
});

describe('what worker and writer note of titles', () => {
  it('is nothing where nobody waits, and expires a day later where somebody does', async () => {
    const [usage, clock] = [memoryUsageStore(), virtualClock()];
    const ledger = hourLedger(recordingTelemetry(), usage, 42, clock);
    ledger.event(applied(550, false));
    await ledger.flush();
    expect(usage.adds).toEqual([]);
    ledger.event(applied(550));
    ledger.event(notFound(551));
    await ledger.flush();
    await ledger.flush();
    expect(usage.adds).toEqual([
      {
        id: `title-ends#${runId}`,
        counters: { 'y:movie/550': 1, 'u:movie/551': 1 },
        expiresAtMs: clock.nowMs() + 86_400_000,
      },
    ]);
  });
});
