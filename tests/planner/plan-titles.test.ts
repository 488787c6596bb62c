import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangesRead, PlanSources } from '../../src/planner/collect.ts';
import { planRun } from '../../src/planner/plan-run.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { dayMs, hourMs, isoFromMs } from '../../src/shared/core/clock.ts';
import type { TitleParts } from '../../src/shared/queues/details/title-parts.ts';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import type { ScheduleName } from '../../src/shared/settings/schedule.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { detailsDraft, detailsKey } from '../../src/shared/tables/details-row.ts';
import { rowKeyText } from '../../src/shared/tables/row.ts';
import { normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { failing } from '../support/call-hook.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryPlanner, seedList } from '../support/memory-planner.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { sampleScheduled } from '../support/sample-requests.ts';
import { wholeMovie } from '../support/tmdb-details.ts';

/** Monday 2026-11-23, 12:00 UTC: a refresh, in whose minute no other run is. */
const noonMs = Date.UTC(2026, 10, 23, 12);
const film550 = normalizeWholeTitle(wholeMovie(), 'movie', 550, defaultSettings)?.parts as TitleParts;

function withDetails(over: Partial<Settings['details']>, planner: Partial<Settings['planner']> = {}): Settings {
  const { details } = defaultSettings;
  return { ...defaultSettings, details: { ...details, ...over }, planner: { ...defaultSettings.planner, ...planner } };
}

/** A planner at noon that counts, and nothing in its tables. */
async function noonPlanner(settings: Settings = defaultSettings) {
  const usage = memoryUsageStore();
  const planner = memoryPlanner({ settings });
  await planner.clock.advance(noonMs - planner.clock.nowMs());
  return { ...planner, usage, history: { usage, days: memoryDemandDays() } };
}

type World = Awaited<ReturnType<typeof noonPlanner>>;

/** The films 1 to `count` in the world-wide popular list, by rank. */
const seedFilms = ({ catalog }: World, count: number) =>
  seedList(
    catalog,
    'popular',
    'movie',
    Array.from({ length: count }, () => [18]),
  );

/** Puts the details of a title, fetched so many hours before noon. */
async function keep({ catalog }: World, mediaType: 'movie' | 'tv', id: number, hours: number, parts = film550) {
  const fetchedAt = isoFromMs(noonMs - hours * hourMs);
  const row = detailsDraft({ mediaType, id, fetchedAt }, parts, defaultSettings).over(undefined).build();
  await catalog.replace(row, undefined);
}

const countReads = ({ usage }: World, atMs: number, reads: Readonly<Record<string, number>>) =>
  usage.add(
    `usage#${isoFromMs(atMs).slice(0, 13)}#titles#00`,
    Object.fromEntries(Object.entries(reads).map(([subject, count]) => [`r:${subject}`, count])),
    0,
  );

const requestOf = (schedule: ScheduleName, atMs: number) => sampleScheduled({ schedule, occurrence: isoFromMs(atMs) });
const noonPlan = (world: PlanSources) => planRun(requestOf('refresh', noonMs), world);
const refs = ({ titles }: { titles: readonly { mediaType: string; id: number }[] }) =>
  titles.map(({ mediaType, id }) => `${mediaType}/${id}`);

describe('the titles of a plan', () => {
  it('are those in the first ranks of the lists, the best rank first, each as a job of the run', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 3);
    const { titles, runId, titlePlan, jobs } = await noonPlan(world);
    expect(titles.map((job) => titleJobSchema.parse(job))).toEqual(titles);
    expect(titles[0]).toEqual({
      ...{ kind: 'title-job', version: 1, jobId: `${runId}/title/movie/1/en-US`, runId, origin: 'refresh' },
      ...{ mediaType: 'movie', id: 1, language: 'en-US', details: true, attempt: 0 },
      firstSeenAt: '2026-11-23T12:00:00.000Z',
      why: 'rank 1 of popular/movie/global/en-US, 0.5 reads a day, no details yet',
    });
    expect(refs({ titles })).toEqual(['movie/1', 'movie/2', 'movie/3']);
    expect(titlePlan).toMatchObject({
      candidates: 3,
      looked: 3,
      kept: 0,
      due: 3,
      calls: 83,
      callsOfDay: 0,
      leftOut: [],
    });
    expect(jobs.map(({ kind }) => kind)).not.toContain('title-job');
  });

  it('end at details.ranksPerFeed', async () => {
    const world = await noonPlanner(withDetails({ ranksPerFeed: 2 }));
    await seedFilms(world, 5);
    expect(refs(await noonPlan(world))).toEqual(['movie/1', 'movie/2']);
    const none = await noonPlanner(withDetails({ ranksPerFeed: 0 }));
    await seedFilms(none, 5);
    expect(refs(await noonPlan(none))).toEqual([]);
  });

  it('count with their best rank in any list', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 4);
    await seedList(world.catalog, 'trending', 'movie', [[18], [18]]);
    const feed = 'trending/movie/global/en-US';
    const reordered = await world.catalog.listPages(
      { category: 'trending', media: 'movie', region: 'global', language: 'en-US' },
      20,
    );
    const [page] = reordered;
    await world.catalog.putIfNewer({
      ...(page as (typeof reordered)[number]),
      version: 'n',
      places: ['1 movie/4', '2 movie/1'],
    });
    const whys = (await noonPlan(world)).titles.map(({ id, why }) => [id, why.slice(0, why.indexOf(','))]);
    expect(whys).toContainEqual([4, `rank 1 of ${feed}`]);
    expect(whys).toContainEqual([1, 'rank 1 of popular/movie/global/en-US']);
  });

  it('grow old by all that is kept of them, where to watch apart', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 2);
    const { watch, ...others } = film550;
    await keep(world, 'movie', 1, 24, others);
    await keep(world, 'movie', 2, 24, { watch });
    for (const [id, parts] of [
      [1, { watch }],
      [2, others],
    ] as const) {
      const key = detailsKey('movie', id);
      const stored = (await world.catalog.readDetails([key])).get(rowKeyText(key));
      const fetchedAt = isoFromMs(noonMs - 400 * hourMs);
      const row = detailsDraft({ mediaType: 'movie', id, fetchedAt }, parts, defaultSettings).over(stored).build();
      await world.catalog.replace(row, stored?.version);
    }
    expect((await noonPlan(world)).titles.map(({ id, why }) => [id, why.replace(/^.*a day, /, '')])).toEqual([
      [2, '17 days old'],
    ]);
  });

  it('are also those that are read, the most read first, wherever they stand', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 2);
    await countReads(world, noonMs - dayMs, { 'tv/1396': 70, 'movie/2': 7, '~other': 900, 'tv/x': 9, 'person/3': 9 });
    await countReads(world, noonMs - hourMs, { 'movie/603': 2 });
    const { titles } = await noonPlan(world);
    expect(refs({ titles })).toEqual(['tv/1396', 'movie/2', 'movie/603', 'movie/1']);
    expect(titles[0]?.why).toMatch(/^1\d reads a day, no details yet$/);
    expect(titles[1]?.why).toMatch(/^rank 2 of popular\/movie\/global\/en-US, 1\.\d+ reads a day, no details yet$/);
  });

  it('are no more than a third of a day in a refresh, and all that is left in a daily run', async () => {
    const world = await noonPlanner(withDetails({ callsPerDay: 9 }));
    await seedFilms(world, 20);
    const refresh = await noonPlan(world);
    expect(refresh.titles).toHaveLength(3);
    expect(refresh.titlePlan?.leftOut).toEqual([
      expect.stringMatching(/^17 titles are due, but the 3 calls of this occurrence are spent: movie\/4 \(rank 4 /),
    ]);
    const daily = await planRun(requestOf('daily', noonMs), world);
    expect(daily.titles).toHaveLength(9);
  });

  it('carry the IMDb id that is known', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 2);
    await keep(world, 'movie', 1, 400);
    const { titles } = await noonPlan(world);
    const imdb = film550.externalIds?.externalIds.imdb;
    expect(imdb).toMatch(/^tt\d+$/);
    expect(titles.map(({ id, imdbId }) => [id, imdbId])).toEqual([
      [2, undefined],
      [1, imdb],
    ]);
  });

  it('leave what is fresh, and take up what is old, unknown in part or expired', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 5);
    const { credits: _credits, ...withoutCredits } = film550;
    await keep(world, 'movie', 1, 24);
    await keep(world, 'movie', 2, 24, withoutCredits);
    await keep(world, 'movie', 3, 336);
    await keep(world, 'movie', 4, 60 * 24);
    await keep(world, 'movie', 5, 1);
    const plan = await noonPlan(world);
    expect(plan.titles.map(({ id, why }) => [id, why.replace(/^.*reads a day, /, '')])).toEqual([
      [2, 'not known: credits'],
      [4, 'no details yet'],
      [3, '14 days old'],
    ]);
    expect(plan.titlePlan).toMatchObject({ candidates: 5, kept: 4, due: 3 });
  });

  it('that were planned are not planned again while they are on their way, and count for 24 hours', async () => {
    const world = await noonPlanner(withDetails({ callsPerDay: 9 }));
    await seedFilms(world, 20);
    const first = await startRun(requestOf('refresh', noonMs), world);
    expect(first).toMatchObject({ titles: 3 });
    const sent = world.jobs.bodies.map((body) => JSON.parse(body)).filter(({ kind }) => kind === 'title-job');
    expect(refs({ titles: sent })).toEqual(['movie/1', 'movie/2', 'movie/3']);
    await world.clock.advance(4 * hourMs);
    const second = await planRun(requestOf('refresh', noonMs + 4 * hourMs), world);
    expect(refs(second)).toEqual(['movie/4', 'movie/5', 'movie/6']);
    expect(second.titlePlan).toMatchObject({ callsOfDay: 3, calls: 3 });
    await world.clock.advance(22 * hourMs);
    expect(refs(await planRun(requestOf('refresh', noonMs + 26 * hourMs), world))).toEqual([
      'movie/1',
      'movie/2',
      'movie/3',
    ]);
  });

  it('say that no call is left', async () => {
    const world = await noonPlanner(withDetails({ callsPerDay: 3 }));
    await seedFilms(world, 5);
    await world.usage.add('usage#2026-11-23T11#plan', { 't:movie/77': 1, 't:~other': 1, 'n:changesCalls': 1 }, 0);
    const { titles, titlePlan } = await noonPlan(world);
    expect(titles).toEqual([]);
    expect(titlePlan?.leftOut).toEqual(['no call is left: 3 of details.callsPerDay (3) were planned within 24 hours']);
  });

  it('wait in a refresh while jobs wait, and are trimmed first in a daily run', async () => {
    const settings = withDetails({}, { maxBacklogJobs: 12 });
    const world = {
      ...(await noonPlanner(settings)),
      backlog: { read: async () => ({ visible: 1, delayed: 1, inFlight: 9 }) },
    };
    await seedFilms(world, 20);
    const refresh = await noonPlan(world);
    expect([refresh.titles, refresh.titlePlan?.leftOut]).toEqual([
      [],
      ['2 jobs wait, and a refresh plans titles only while none does'],
    ]);
    const daily = await planRun(requestOf('daily', noonMs), world);
    expect([daily.jobs.length, daily.titles.length]).toEqual([7, 3]);
    const full = { ...world, backlog: { read: async () => ({ visible: 5, delayed: 0, inFlight: 0 }) } };
    const crowded = await planRun(requestOf('daily', noonMs), full);
    expect([crowded.jobs.length, crowded.titles.length]).toEqual([7, 0]);
    expect(crowded.titlePlan?.leftOut).toEqual([
      '12 jobs wait or are planned (12 at most), so there is no room for titles',
    ]);
  });

  it('of a minute with two runs are the daily run’s, until that one has been planned', async () => {
    const world = await noonPlanner();
    await world.clock.advance(20 * hourMs);
    await seedFilms(world, 2);
    const eightMs = noonMs + 20 * hourMs;
    const refresh = await planRun(requestOf('refresh', eightMs), world);
    expect([refresh.titles, refresh.titlePlan?.leftOut]).toEqual([
      [],
      ['the daily run of the same minute plans the titles'],
    ]);
    expect(await startRun(requestOf('daily', eightMs), world)).toMatchObject({ jobs: 7, titles: 2 });
    await countReads(world, eightMs, { 'movie/603': 2 });
    expect(refs(await planRun(requestOf('refresh', eightMs), world))).toEqual(['movie/603']);
  });

  it('are none on an empty table: a daily run is seven jobs', async () => {
    const world = await noonPlanner();
    const { jobs, titles, notes, titlePlan } = await planRun(requestOf('daily', noonMs), world);
    expect([jobs.length, titles, titlePlan?.candidates]).toEqual([7, [], 0]);
    expect(notes).toEqual(['no read was counted yet, so the base plan runs']);
  });

  it('are none where details are off, where nothing is counted, and in an ad-hoc run', async () => {
    const off = await noonPlanner(withDetails({ enabled: false }));
    await seedFilms(off, 3);
    expect(await noonPlan(off)).toMatchObject({ titles: [] });
    expect((await noonPlan(off)).titlePlan).toBeUndefined();
    const { history: _history, ...uncounted } = await noonPlanner();
    await seedFilms({ ...uncounted, history: _history }, 3);
    expect((await noonPlan(uncounted)).titles).toEqual([]);
  });

  it('that cannot be planned do not stop the lists', async () => {
    const down = failing(({ name }) => (name === 'readDetails' ? new Error('throttled') : undefined));
    const world = { ...(await noonPlanner()), catalog: memoryCatalog(down) };
    await seedFilms(world, 2);
    const { jobs, titles, notes } = await noonPlan(world);
    expect([jobs.length > 0, titles]).toEqual([true, []]);
    expect(notes).toContain('no titles were planned: throttled');
    const away = { ...(await noonPlanner()), catalog: memoryCatalog(failing(() => new Error('away'))) };
    const daily = await planRun(requestOf('daily', noonMs), away);
    expect([daily.jobs.length, daily.titles.length]).toEqual([7, 0]);
    expect(daily.notes).toContain('no titles were planned: away');
  });

  it('are looked at, the most read first, as long as there is time for, and the plan says so', async () => {
    const world = await noonPlanner();
    const reads = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`movie/${n + 1}`, 1_000 - n]));
    await countReads(world, noonMs - hourMs, reads);
    const slow = memoryCatalog(async (call, act) => {
      await world.clock.advance(call.name === 'readDetails' ? 24_000 : 0);
      return act();
    });
    const { titlePlan, notes } = await noonPlan({ ...world, catalog: slow });
    expect(titlePlan).toMatchObject({ candidates: 250, looked: 200 });
    expect(notes).toContain(
      '50 of 250 titles, the least read, were not looked at: a third of the time-out was over (more memory, planner.memoryMb, is a faster planner)',
    );
  });

  it('are looked for in as many lists as there is time for, and the plan says so', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 3);
    const slow = memoryCatalog(async (call, act) => {
      await world.clock.advance(call.name === 'listPages' ? 24_000 : 0);
      return act();
    });
    const { jobs, titlePlan, notes } = await noonPlan({ ...world, catalog: slow });
    expect([jobs.length, titlePlan?.looked]).toEqual([11, 0]);
    // Eight at a time.
    expect(notes).toContain('1 of 9 lists were not searched for titles: no time was left');
  });

  it('are looked at up to ten thousand', async () => {
    const world = await noonPlanner();
    for (let slot = 0; slot < 12; slot += 1) {
      const reads = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`r:movie/${slot * 900 + n + 1}`, 1]));
      await world.usage.add(
        `usage#2026-11-${22 - (slot % 3)}T11#titles#${String((slot % 4) * 5).padStart(2, '0')}`,
        reads,
        0,
      );
    }
    const { titlePlan, notes } = await noonPlan(world);
    expect(titlePlan).toMatchObject({ candidates: 10_800, looked: 10_000 });
    expect(titlePlan?.readUnits).toBeGreaterThan(9_999);
    expect(notes).toContain('800 of 10800 titles, the least read, were not looked at: it looks at 10000 at most');
  });

  it('follow the first ranks alone where the plan does not follow demand', async () => {
    const { adaptive } = defaultSettings.planner;
    const world = await noonPlanner(withDetails({}, { adaptive: { ...adaptive, enabled: false } }));
    await seedFilms(world, 1);
    await countReads(world, noonMs - hourMs, { 'movie/603': 20 });
    expect(refs(await noonPlan(world))).toEqual(['movie/1']);
  });
});

describe('TMDB’s lists of changes', () => {
  const changesRead = (over: Partial<ChangesRead> = {}): ChangesRead => ({
    ...{ changed: new Map(), calls: 0, callsSaved: 0, by: 'changes', notes: [], commit: async () => undefined },
    ...over,
  });

  it('are asked about what is kept, within the budget, and make what has changed due at once', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 3);
    await keep(world, 'movie', 2, 24);
    await keep(world, 'movie', 3, 48);
    const asked: unknown[] = [];
    const sent: string[][] = [];
    const changes = async (...args: unknown[]) => {
      asked.push(...args);
      return changesRead({
        changed: new Map([
          ['movie/3', noonMs - hourMs],
          ['movie/99', noonMs],
        ]),
        calls: 5,
        callsSaved: 40,
        notes: ['page 3 could not be read'],
        commit: async (subjects) => void sent.push([...subjects]),
      });
    };
    const plan = await noonPlan({ ...world, changes });
    expect(asked).toEqual([
      [
        { subject: 'movie/2', reads: 1 / 3, fetchedAtMs: noonMs - dayMs },
        { subject: 'movie/3', reads: 0.25, fetchedAtMs: noonMs - 2 * dayMs },
      ],
      250,
      noonMs,
    ]);
    expect(refs(plan)).toEqual(['movie/1', 'movie/3']);
    expect(plan.titles[1]?.why).toBe(
      "rank 3 of popular/movie/global/en-US, 0.25 reads a day, in TMDB's list of changes",
    );
    expect(plan.titlePlan?.changes).toEqual({ by: 'changes', calls: 5, callsSaved: 40 });
    expect(plan.notes).toContain('page 3 could not be read');
    expect(sent).toEqual([]);
    await startRun(requestOf('refresh', noonMs), { ...world, changes });
    expect(sent).toEqual([['movie/1', 'movie/3']]);
    expect(world.usage.countersOf('usage#2026-11-23T12#plan')).toMatchObject({
      ...{ 'n:refresh': 1, 'n:changesCalls': 5, 'n:changesSaved': 40, 't:movie/1': 1, 't:movie/3': 1 },
    });
  });

  it('take their calls from what is left of the day, and keep some for the next reading', async () => {
    const world = await noonPlanner(withDetails({ callsPerDay: 9 }));
    await seedFilms(world, 9);
    await keep(world, 'movie', 9, 24);
    const titlesWith = async (over: Partial<ChangesRead>) =>
      (await noonPlan({ ...world, changes: async () => changesRead(over) })).titles.length;
    expect(await titlesWith({ calls: 2 })).toBe(3);
    expect(await titlesWith({ calls: 8 })).toBe(1);
    expect(await titlesWith({ calls: 5, reserved: 2 })).toBe(2);
    expect(await titlesWith({ calls: 5, reserved: 9 })).toBe(0);
  });

  it('are not asked where nothing is kept', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 2);
    const changes = () => Promise.reject(new Error('asked for nothing'));
    expect((await noonPlan({ ...world, changes })).notes.join()).not.toContain('asked for nothing');
  });

  it('that cannot be read cost their news only, and what cannot be stored is a warning', async () => {
    const world = await noonPlanner();
    await seedFilms(world, 2);
    await keep(world, 'movie', 1, 400);
    const failed = await noonPlan({ ...world, changes: () => Promise.reject(new Error('breaker open')) });
    expect(refs(failed)).toEqual(['movie/2', 'movie/1']);
    expect(failed.notes).toContain(
      "TMDB's lists of changes could not be read, so titles are fetched by age: breaker open",
    );
    const commit = () => Promise.reject(new Error('lost'));
    await startRun(requestOf('refresh', noonMs), { ...world, changes: async () => changesRead({ commit }) });
    expect(world.telemetry.warnings.map(({ message }) => message)).toContain(
      'which changed titles were sent could not be stored',
    );
    expect(world.jobs.bodies.length).toBeGreaterThan(2);
  });
});

describe('over days', () => {
  it('never more than details.callsPerDay in any 24 hours, and no title twice while it is on its way', async () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 72 }), { minLength: 3, maxLength: 10 });
    const schedules = fc.array(fc.constantFrom<ScheduleName>('daily', 'weekly', 'refresh'), {
      minLength: 10,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(hours, schedules, fc.integer({ min: 0, max: 30 }), async (at, kinds, callsPerDay) => {
        const world = await noonPlanner(withDetails({ callsPerDay }));
        await seedFilms(world, 20);
        const sent: { atMs: number; subject: string }[] = [];
        for (const [n, hour] of at.sort((a, b) => a - b).entries()) {
          const atMs = noonMs + hour * hourMs;
          await world.clock.advance(atMs - world.clock.nowMs());
          const request = requestOf(kinds[n] ?? 'refresh', atMs);
          const before = world.jobs.bodies.length;
          await startRun(request, world);
          const jobs = world.jobs.bodies.slice(before).map((body) => JSON.parse(body));
          sent.push(...refs({ titles: jobs.filter(({ details }) => details) }).map((subject) => ({ atMs, subject })));
        }
        for (const { atMs, subject } of sent) {
          const ofDay = sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + dayMs);
          expect(ofDay.length).toBeLessThanOrEqual(callsPerDay);
          expect(ofDay.filter((other) => other.subject === subject)).toHaveLength(1);
        }
      }),
      { numRuns: 15 },
    );
  });
});
