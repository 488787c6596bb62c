import { describe, expect, it } from 'vitest';
import { countPlan } from '../../src/planner/start-run.ts';
import { fetchJobsFor, type TitleJob } from '../../src/shared/queues/fetch-job.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { sampleFeed, sampleTitleJob } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const run = {
  runId: '0badcafe',
  snapshot: '2026-11-23T08:00:00Z.0badcafe',
  origin: 'refresh',
  firstSeenAt: '2026-11-23T08:00:00.000Z',
};
const popular = 'popular/movie/global/en-US';
const horror = 'genre_27/movie/global/en-US';
const plan = {
  ...run,
  jobs: [
    ...fetchJobsFor(run, { feed: sampleFeed(), pages: 2, why: '' }),
    ...fetchJobsFor(run, { feed: sampleFeed({ category: 'genre_27' }), pages: 1, why: '' }),
  ],
  titles: [] as TitleJob[],
  notes: [],
  leftOut: [],
  warmed: [horror],
  expected: new Map([[popular, 12.5]]),
};

describe('a plan', () => {
  it('is counted by feed in its hour: pages, those of warming, reads expected', async () => {
    const usage = memoryUsageStore();
    await countPlan(plan, { usage, telemetry: recordingTelemetry(), clock: virtualClock(), settings: defaultSettings });
    expect(usage.countersOf('usage#2026-11-23T08#plan')).toEqual({
      [`f:${popular}`]: 2,
      [`f:${horror}`]: 1,
      [`w:${horror}`]: 1,
      [`x:${popular}`]: 12.5,
    });
    expect(usage.adds.map(({ expiresAtMs }) => expiresAtMs)).toEqual([Date.UTC(2027, 0, 4, 8)]);
  });

  it('of more feeds than an update takes is counted in several', async () => {
    const usage = memoryUsageStore();
    const jobs = Array.from({ length: 450 }, (_, n) =>
      fetchJobsFor(run, { feed: sampleFeed({ category: `genre_${n + 1}` }), pages: 1, why: '' }),
    ).flat();
    await countPlan(
      { ...plan, jobs },
      { usage, telemetry: recordingTelemetry(), clock: virtualClock(), settings: defaultSettings },
    );
    expect(usage.adds.map(({ counters }) => Object.keys(counters).length)).toEqual([200, 200, 52]);
  });

  it('is counted by title too, what it does not name as one, and first of all', async () => {
    const usage = memoryUsageStore();
    const titles = Array.from({ length: 2_003 }, (_, n) => sampleTitleJob({ id: n + 1 }));
    const titlePlan = {
      ...{ candidates: 0, looked: 0, kept: 0, due: 0, calls: 0, callsOfDay: 0, readUnits: 0 },
      leftOut: [],
    };
    const changes = {
      ...{ changed: new Map(), calls: 12, callsSaved: 30, by: 'changes' as const, notes: [] },
      commit: async () => undefined,
    };
    await countPlan(
      { ...plan, titles, titlePlan, changes },
      { usage, telemetry: recordingTelemetry(), clock: virtualClock(), settings: defaultSettings },
    );
    const counted = usage.countersOf('usage#2026-11-23T08#plan');
    expect(counted).toMatchObject({
      ...{ 'n:refresh': 1, 'n:changesCalls': 12, 'n:changesSaved': 30 },
      ...{ 't:movie/1': 1, 't:movie/2000': 1, 't:~other': 3, [`f:${popular}`]: 2 },
    });
    expect(Object.keys(counted).filter((name) => name.startsWith('t:'))).toHaveLength(2_001);
    expect(Object.keys(usage.adds[0]?.counters ?? {}).slice(0, 4)).toEqual([
      ...['n:refresh', 'n:changesCalls', 'n:changesSaved', 't:movie/1'],
    ]);
    expect(Math.max(...usage.adds.map(({ counters }) => Object.keys(counters).length))).toBe(200);
  });

  it('that cannot be counted is a warning', async () => {
    const telemetry = recordingTelemetry();
    const usage = { add: async () => Promise.reject(new Error('the control table is away')) };
    await countPlan(plan, { usage, telemetry, clock: virtualClock(), settings: defaultSettings });
    expect(telemetry.warnings.map(({ message }) => message)).toEqual(['the plan could not be counted']);
  });
});
