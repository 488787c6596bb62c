import { describe, expect, it } from 'vitest';
import { hourLedger } from '../../../src/shared/tables/hour-ledger.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const call = { attempt: 1, status: 200, outcome: 'ok' as const, startedAtMs: 0, latencyMs: 80 };
const tmdbCall = (jobId: string) => ({ event: 'tmdb-call' as const, runId: '0badcafe', jobId, ...call });

describe('the ledger of an hour', () => {
  it('counts calls, and those of them that were for titles', async () => {
    const [usage, telemetry] = [memoryUsageStore(), recordingTelemetry()];
    const ledger = hourLedger(telemetry, usage, 42, virtualClock());
    for (const jobId of ['0badcafe/popular/movie/global/en-US/1', '0badcafe/title/movie/550/en-US']) {
      ledger.metric('TmdbLatency', 80);
      ledger.event(tmdbCall(jobId));
    }
    await ledger.flush();
    expect(usage.countersOf('usage#2026-11-23T08#pipeline')).toEqual({ 'p:calls': 2, 'p:titleCalls': 1 });
    expect(telemetry.events).toHaveLength(2);
  });
});
