import { describe, expect, it } from 'vitest';
import type { LearnedDemand } from '../../src/demand/learned-demand.ts';
import { type BasePlan, dailyPlan, keptFeeds, type Occurrence, weeklyPlan } from '../../src/planner/base-plan.ts';
import { planOccurrence } from '../../src/planner/plan-run.ts';
import { hourMs, isoFromMs } from '../../src/shared/core/clock.ts';
import { feedId } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { memoryPlanner, seedList } from '../support/memory-planner.ts';
import { sampleQuality } from '../support/sample-quality.ts';
import { type HourlyReads, scriptedDemand } from '../support/scripted-demand.ts';

/** Monday noon: the next refresh is at 16:00. */
const nowMs = Date.UTC(2026, 10, 23, 12);
/** Drama is the only genre that the weekly run keeps. */
const oneGenre = { ...defaultSettings.feeds.genre, topGenres: 1 };

const withRegions: Settings = {
  ...defaultSettings,
  feeds: { ...defaultSettings.feeds, genre: oneGenre },
  regions: [
    { region: 'DE', language: 'de-DE' },
    { region: 'IN', language: 'hi-IN' },
  ],
};
const trendDe = 'trending/movie/DE/de-DE';
const trendIn = 'trending/movie/IN/hi-IN';

function basePlan(settings: Settings): BasePlan {
  return { daily: dailyPlan(settings), weekly: weeklyPlan({ movie: [18], tv: [18] }, settings) };
}

/** Everything is fresh for `freshHours` more, except what is said otherwise. */
async function plan(
  schedule: Occurrence['schedule'],
  hourly: HourlyReads,
  more: {
    freshHours?: Readonly<Record<string, number>>;
    demand?: Partial<LearnedDemand>;
    waiting?: number;
    absent?: readonly string[];
    expired?: readonly string[];
  } = {},
) {
  const settings = withRegions;
  const planner = memoryPlanner({ settings });
  await seedList(planner.catalog, 'popular', 'movie', [[18]]);
  await seedList(planner.catalog, 'popular', 'tv', [[18]]);
  for (const feed of keptFeeds('refresh', basePlan(settings))
    .map((one) => feedId(one.feed))
    .filter((id) => !more.absent?.includes(id))) {
    const freshUntil = isoFromMs(nowMs + (more.freshHours?.[feed] ?? 100) * hourMs);
    const fetchedAt = isoFromMs(nowMs - 6 * hourMs);
    const expiration = nowMs / 1_000 + (more.expired?.includes(feed) ? 0 : 3_600);
    const whole = { pages: 1, pagesApplied: [1], lastOutcome: 'complete' as const, expiration };
    await planner.heads.replace(sampleHead({ id: `feed#${feed}`, feed, freshUntil, fetchedAt, ...whole }), undefined);
  }
  const backlog = { read: async () => ({ visible: more.waiting ?? 0, delayed: 0, inFlight: 0 }) };
  const occurrence = { schedule, occurrenceMs: nowMs, nowMs };
  return planOccurrence(occurrence, scriptedDemand(hourly, more.demand), { ...planner, backlog });
}

/** India was added since the last run. */
const isNew: Partial<LearnedDemand> = { planned: ({ region }) => region !== 'IN' };

const ids = ({ feeds }: { feeds: readonly { feed: Parameters<typeof feedId>[0] }[] }) =>
  feeds.map(({ feed }) => feedId(feed));

describe('a refresh', () => {
  it('fetches of what grows stale what is read, the most read first, and says why', async () => {
    const stale = { [trendDe]: -1, [trendIn]: -1, 'trending/tv/DE/de-DE': 2 };
    const refresh = await plan('refresh', { [trendDe]: 1, 'trending/tv/DE/de-DE': 10 }, { freshHours: stale });
    expect(ids(refresh)).toEqual(['trending/tv/DE/de-DE', trendDe]);
    expect(refresh.feeds.map(({ why }) => why)).toEqual([
      'will be stale at 2026-11-23T14:00:00.000Z, before the next refresh: 20 reads expected, 23 % of it changed',
      'stale since 2026-11-23T11:00:00.000Z: 4 reads expected, 21 % of it changed',
    ]);
    expect(refresh.leftOut).toEqual([
      `${trendIn}: 0 reads of changed content expected (stale since 2026-11-23T11:00:00.000Z: 0 reads expected, 21 % of it changed), below 0.05`,
    ]);
  });

  it('fetches what was never planned and is not in the table, though nobody has read it: it may be new', async () => {
    const refresh = await plan('refresh', { [trendDe]: 1 }, { absent: [trendIn], demand: isNew });
    expect(ids(refresh)).toEqual([trendIn]);
  });

  it('lets go what was planned before, has expired, and is not read', async () => {
    const refresh = await plan('refresh', { [trendDe]: 1 }, { absent: [trendIn] });
    expect(ids(refresh)).toEqual([]);
    expect(refresh.leftOut[0]).toMatch(/^trending\/movie\/IN\/hi-IN: 0 reads/);
  });

  it('takes what is past its hard TTL as absent, though DynamoDB has not deleted its head', async () => {
    const hourly = { [trendDe]: 1 };
    const alive = await plan('refresh', hourly, { freshHours: { [trendDe]: -1 } });
    const dead = await plan('refresh', hourly, { freshHours: { [trendDe]: -1 }, expired: [trendDe] });
    expect([alive, dead].map(({ feeds }) => feeds[0]?.why.replace(/.*expected, /, ''))).toEqual([
      '21 % of it changed',
      '100 % of it changed',
    ]);
  });

  it('leaves its end to the backlog', async () => {
    const freshHours = { [trendDe]: -1, [trendIn]: -1 };
    const backlog = { freshHours, waiting: defaultSettings.planner.maxBacklogJobs - 1 };
    const refresh = await plan('refresh', { [trendDe]: 5, [trendIn]: 50 }, backlog);
    expect(ids(refresh)).toEqual([trendIn]);
    expect(refresh.notes).toEqual([`499 jobs wait already (500 at most), so 1 feeds were left out: ${trendDe}`]);
  });

  it('notes the reads expected of the sixty most read feeds: with the plan’s own counters they fit one update', async () => {
    const hourly = Object.fromEntries(
      Array.from({ length: 75 }, (_, n) => [`genre_${n + 1}/movie/global/en-US`, 1 + n / 4]),
    );
    const { expected } = await plan('refresh', hourly);
    expect(expected.size).toBe(60);
    expect(Math.min(...[...expected.keys()].map((id) => Number(/\d+/.exec(id)?.[0])))).toBe(16);
  });

  it('notes what it expects to be read', async () => {
    const { expected } = await plan('refresh', { [trendDe]: 2.5, [trendIn]: 0.001 });
    expect(expected).toEqual(new Map([[trendDe, 10]]));
  });
});

describe('warming', () => {
  const french = 'popular/movie/FR/fr-FR';

  it('fetches what is read though no schedule keeps it, last', async () => {
    const refresh = await plan('refresh', { [french]: 50, [trendDe]: 1 }, { freshHours: { [trendDe]: -1 } });
    expect(ids(refresh)).toEqual([trendDe, french]);
    expect(refresh.warmed).toEqual([french]);
    expect(refresh.feeds[1]?.why).toBe('read, though no schedule keeps it: 200 reads expected, 100 % of it changed');
  });

  it('waits while anything waits', async () => {
    expect(ids(await plan('refresh', { [french]: 50 }, { waiting: 1 }))).toEqual([]);
  });

  it('is no part of a daily run', async () => {
    expect((await plan('daily', { [french]: 50 })).warmed).toEqual([]);
  });
});

describe('a daily run', () => {
  const world = dailyPlan(defaultSettings).map(({ feed }) => feedId(feed));

  it('has all that is world-wide, however little it is read, and of the regions what is', async () => {
    const daily = await plan('daily', { [trendDe]: 2 }, { freshHours: { [trendDe]: 3, [trendIn]: 3 } });
    expect(ids(daily)).toEqual([...world, trendDe]);
    expect(daily.feeds.map(({ pages }) => pages)).toEqual([2, 2, 1, 1, 1, 1]);
    expect(daily.leftOut).toHaveLength(11);
    expect(daily.leftOut).toContain(
      `${trendIn}: 0 reads of changed content expected (daily for the configured region IN: 0 reads expected, 40 % of it changed), below 0.05`,
    );
  });

  it('has all of a region that is new', async () => {
    const daily = await plan('daily', { [trendDe]: 2 }, { demand: isNew });
    expect(ids(daily).filter((id) => id.includes('/IN/'))).toHaveLength(6);
    expect(ids(daily).filter((id) => id.includes('/DE/'))).toEqual([]);
  });

  it('goes deeper where readers do', async () => {
    const deeperShare = () => 0.5;
    const daily = await plan('daily', { 'popular/movie/global/en-US': 2 }, { demand: { deeperShare } });
    // 40 reads until the next daily run, of which 10, 5 and 2.5 ask for the third, fourth and fifth page.
    expect(daily.feeds[0]).toMatchObject({
      pages: 5,
      why: 'part of every daily run; to page 3: 10 reads; to page 4: 5 reads; to page 5: 2.5 reads',
    });
  });

  it('judges the plans of the week', async () => {
    expect((await plan('daily', { [trendDe]: 1 })).quality).toEqual(sampleQuality);
    expect((await plan('refresh', { [trendDe]: 1 })).quality).toBeUndefined();
  });

  it('has the minimum also where everything waits', async () => {
    const daily = await plan('daily', { [trendDe]: 99 }, { waiting: 10_000, freshHours: { [trendDe]: -1 } });
    expect(ids(daily)).toEqual(world);
  });
});

describe('a weekly run', () => {
  it('is never cut', async () => {
    const weekly = weeklyPlan({ movie: [18], tv: [18] }, withRegions).map(({ feed }) => feedId(feed));
    expect(ids(await plan('weekly', { [trendDe]: 1 }))).toEqual(weekly);
  });
});
