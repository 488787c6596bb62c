import { describe, expect, it } from 'vitest';
import { type ChangeLists, tmdbChangeLists } from '../../src/planner/changes-lists.ts';
import { changesSource } from '../../src/planner/read-changes.ts';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import { tmdbHttp } from '../../src/shared/tmdb/tmdb-http.ts';
import type { TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import type { FaultPlan } from '../../src/tmdb-simulator/fault-plan.ts';
import { changesWorld, dayMs, withCalls } from '../support/changes-world.ts';
import { memoryBreakerStore } from '../support/memory-breaker-store.ts';
import { memoryRateSchedule } from '../support/memory-rate-schedule.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { constantRandom } from '../support/seeded-random.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { type Client, clientForTest, type ListBody } from '../tmdb-simulator/simulator-fixture.ts';

/** The planner's lists over real HTTP. Its time stands still while a call is under way, and jumps on otherwise. */
async function listsOver(faults: FaultPlan = {}) {
  let underWay = 0;
  let most = 0;
  const clock = virtualClock({ autoJump: true, isBusy: () => underWay > 0 });
  const client = await clientForTest({ faults });
  const http = tmdbHttp({ baseUrl: client.simulator.baseUrl, token: async () => 'any' }, defaultSettings.tmdb);
  const tmdb: TmdbPort = {
    get: async (request) => {
      underWay += 1;
      most = Math.max(most, underWay);
      return http.get(request).finally(() => {
        underWay -= 1;
      });
    },
  };
  const telemetry = recordingTelemetry();
  const lists = tmdbChangeLists({
    ...{ tmdb, telemetry, clock, settings: defaultSettings, random: constantRandom(0.5) },
    breaker: sharedBreaker(memoryBreakerStore(), defaultSettings.breaker, clock, () => undefined),
    schedule: memoryRateSchedule(rateLimitsOf(defaultSettings)).driver(clock),
    budget: retryBudget(0.2, 10),
  });
  return { client, clock, lists, mostAtOnce: () => most };
}

const wide = { calls: 1_000, remainingMs: () => 1_000_000 };

async function idsOf(client: Client, media: string, day: string): Promise<Set<number>> {
  const ids = new Set<number>();
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { body } = await client.get<ListBody>(`/${media}/changes?start_date=${day}&end_date=${day}&page=${page}`);
    pages = body.total_pages;
    for (const { id } of body.results) {
      ids.add(id);
    }
  }
  return ids;
}

/** Reads both lists of a day; the ids. */
async function readBoth(lists: ChangeLists, day: string): Promise<number[][]> {
  const both = [await lists.read('movie', day, wide), await lists.read('tv', day, wide)];
  return both.map((list) => (list.kind === 'whole' ? [...list.ids] : []));
}

describe('the simulator’s lists of changes', () => {
  it('are read whole, one call after the other', async () => {
    const { client, lists, mostAtOnce } = await listsOver();
    const [films = [], series = []] = await readBoth(lists, '2026-11-20');
    expect(new Set(films)).toEqual(await idsOf(client, 'movie', '2026-11-20'));
    expect(new Set(series)).toEqual(await idsOf(client, 'tv', '2026-11-20'));
    expect([films.length > 10, series.length > 40]).toEqual([true, true]);
    expect(mostAtOnce()).toBe(1);
  });

  it('are read in spite of rows that do not say whether they are for adults, and of answers that fail now and then', async () => {
    const faults: FaultPlan = { oddRows: true, rules: [{ kind: 'unavailable', probability: 0.3 }] };
    const { client, lists } = await listsOver(faults);
    const list = await lists.read('tv', '2026-11-20', wide);
    client.simulator.setFaults({});
    expect(list.kind).toBe('whole');
    expect(list.kind === 'whole' && new Set(list.ids)).toEqual(await idsOf(client, 'tv', '2026-11-20'));
  });

  it('that fail throughout break off with TMDB’s words', async () => {
    const { lists } = await listsOver({ rules: [{ kind: 'unavailable' }] });
    expect(await lists.read('tv', '2026-11-20', wide)).toMatchObject({
      kind: 'broken',
      calls: defaultSettings.tmdb.attempts,
      detail: expect.stringMatching(/HTTP 50\d/),
    });
  });
});

describe('a planner over a week of the simulator', () => {
  it('is told each kept series that changed, within a day of its change', async () => {
    const { client, lists } = await listsOver();
    const first = client.clock.nowMs();
    const startMs = Math.floor(first / dayMs) * dayMs + dayMs;
    await client.clock.advance(startMs - first);
    const kept = (await idsOfPopular(client)).map((id) => ({
      subject: `tv/${id}`,
      fetchedAtMs: startMs - 2 * dayMs,
      reads: 1,
    }));
    const world = changesWorld({ settings: shortLived(), clock: client.clock as VirtualClock });
    const read = changesSource({ ...world.deps, lists });
    const told = new Map<string, number>();
    for (let day = 0; day < 7; day += 1) {
      const nowMs = client.clock.nowMs();
      const { changed, by, notes, commit } = await read(kept, 1_000, nowMs);
      expect([by, notes]).toEqual(['changes', []]);
      for (const [subject] of changed) {
        told.set(`${subject} ${new Date(nowMs - dayMs).toISOString().slice(0, 10)}`, nowMs);
      }
      await commit(new Set(changed.keys()));
      await client.clock.advance(dayMs);
    }
    const changes: string[] = [];
    for (let day = -1; day < 6; day += 1) {
      const name = new Date(startMs + day * dayMs).toISOString().slice(0, 10);
      const ids = await idsOf(client, 'tv', name);
      changes.push(
        ...kept.filter(({ subject }) => ids.has(Number(subject.slice(3)))).map(({ subject }) => `${subject} ${name}`),
      );
    }
    expect([...told.keys()].sort()).toEqual(changes.sort());
    expect(changes.length).toBeGreaterThan(3);
  });
});

/** Details that are fresh for an hour: with so few titles lists would not pay otherwise. */
function shortLived() {
  const settings = withCalls(100_000);
  return { ...settings, details: { ...settings.details, softTtlHours: 1 } };
}

async function idsOfPopular(client: Client): Promise<number[]> {
  const pages = [1, 2, 3, 4, 5].map((page) => client.rows(`/tv/popular?page=${page}`));
  return [...new Set((await Promise.all(pages)).flat().map(({ id }) => id))];
}
