import { describe, expect, it } from 'vitest';
import { fetchHarness } from '../support/fetch-harness.ts';
import { sampleJob } from '../support/sample-messages.ts';

const detail = "the token's parameter '/tmdb-pipeline/tmdb-token' cannot be read (ParameterNotFound)";

describe('without a token', () => {
  it('a job is sent back, not dead-lettered, with the reason', async () => {
    const world = fetchHarness([{ kind: 'no-token', detail }]);
    await world.work(JSON.stringify(sampleJob()));
    expect(world.jobs.bodies).toHaveLength(1);
    expect([...world.deadLetters.bodies, ...world.items.bodies]).toEqual([]);
    expect(world.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'token_unavailable', detail }]);
  });

  it('the shared breaker opens, so that nobody else tries', async () => {
    const world = fetchHarness([{ kind: 'no-token', detail }]);
    await world.work();
    expect(world.breaker.rejections).toEqual([detail]);
    expect(world.telemetry.eventsOf('token-rejected')).toMatchObject([{ status: 0, detail }]);
  });

  it('no call is counted, since none was made', async () => {
    const world = fetchHarness([{ kind: 'no-token', detail }]);
    await world.work();
    expect(world.telemetry.eventsOf('tmdb-call')).toEqual([]);
    const names = world.telemetry.metrics.map(({ name }) => name);
    expect(names).not.toContain('TmdbLatency');
    expect(names).not.toContain('TmdbFailures');
  });
});
