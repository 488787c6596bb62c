import { describe, expect, it } from 'vitest';
import { planRun, runIdentity } from '../../src/planner/plan-run.ts';
import { fetchJobSchema, titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { failing } from '../support/call-hook.ts';
import { rejectionOf } from '../support/caught.ts';
import { memoryWriter } from '../support/deliver-pages.ts';
import { applyAll } from '../support/deliver-titles.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryPlanner, seedList, seedSixGenres } from '../support/memory-planner.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { sampleAdHoc, sampleFetchRequest, sampleScheduled } from '../support/sample-requests.ts';

const snapshotPattern = /^2026-11-23T08:00:00Z\.[0-9a-f]{8}$/;

describe('the identity of a run', () => {
  it('is the schedule and the occurrence, however the time is written', () => {
    const same = ['2026-11-23T08:00:00Z', '2026-11-23T08:00:00.000Z'];
    expect(new Set(same.map((occurrence) => runIdentity(sampleScheduled({ occurrence }))))).toEqual(
      new Set(['daily@2026-11-23T08:00:00.000Z']),
    );
    expect(runIdentity(sampleScheduled({ schedule: 'refresh' }))).toBe('refresh@2026-11-23T08:00:00.000Z');
  });

  it('is the id of an ad-hoc event, whatever else it says', () => {
    const event = sampleAdHoc({ id: 'abc' });
    expect(runIdentity(event)).toBe('ad-hoc@abc');
    expect(runIdentity({ ...event, time: '2026-12-01T00:00:00Z', detail: sampleFetchRequest({ pages: 9 }) })).toBe(
      'ad-hoc@abc',
    );
  });
});

describe('a daily run', () => {
  it('is seven jobs of one run and one snapshot', async () => {
    const plan = await planRun(sampleScheduled(), memoryPlanner());
    expect(plan.jobs).toHaveLength(7);
    expect(plan).toMatchObject({ origin: 'daily', notes: [] });
    expect(plan.snapshot).toMatch(snapshotPattern);
    expect(plan.snapshot.endsWith(`.${plan.runId}`)).toBe(true);
    for (const job of plan.jobs) {
      expect(fetchJobSchema.parse(job)).toEqual(job);
      expect(job).toMatchObject({
        runId: plan.runId,
        snapshot: plan.snapshot,
        origin: 'daily',
        attempt: 0,
        firstSeenAt: '2026-11-23T08:00:00.000Z',
        why: 'part of every daily run',
      });
    }
  });

  it('names each job by run, feed and page', async () => {
    const { runId, jobs } = await planRun(sampleScheduled(), memoryPlanner());
    expect(jobs.map(({ jobId }) => jobId)).toEqual(
      [
        'popular/movie/global/en-US/1',
        'popular/movie/global/en-US/2',
        'popular/tv/global/en-US/1',
        'popular/tv/global/en-US/2',
        'trending/movie/global/en-US/1',
        'trending/tv/global/en-US/1',
        'trending/all/global/en-US/1',
      ].map((rest) => `${runId}/${rest}`),
    );
    expect(jobs.map(({ page, pages }) => `${page}/${pages}`)).toEqual([
      '1/2',
      '2/2',
      '1/2',
      '2/2',
      '1/1',
      '1/1',
      '1/1',
    ]);
  });

  it('is the same for the same request, and another for another occurrence', async () => {
    const first = await planRun(sampleScheduled(), memoryPlanner());
    const later = memoryPlanner();
    await later.clock.advance(90_000);
    const again = await planRun(sampleScheduled({ occurrence: '2026-11-23T08:00:00.000Z' }), later);
    const withoutTime = ({ jobs, ...plan }: typeof first) => ({
      ...plan,
      jobs: jobs.map(({ firstSeenAt, ...job }) => ({ ...job, seen: firstSeenAt.length })),
    });
    expect(withoutTime(again)).toEqual(withoutTime(first));
    const other = await planRun(sampleScheduled({ occurrence: '2026-11-24T08:00:00Z' }), memoryPlanner());
    expect(other.runId).not.toBe(first.runId);
    expect(other.snapshot > first.snapshot).toBe(true);
  });

  it('needs neither table', async () => {
    const down = failing(() => new Error('DynamoDB is down'));
    expect((await planRun(sampleScheduled(), memoryPlanner({ catalog: memoryCatalog(down) }))).jobs).toHaveLength(7);
  });
});

describe('a weekly run', () => {
  const sunday = sampleScheduled({ schedule: 'weekly', occurrence: '2026-11-29T09:00:00Z' });
  const genreFeeds = (jobs: readonly { feed: { category: string; media: string } }[]) =>
    jobs.map(({ feed }) => `${feed.category}/${feed.media}`).filter((text) => text.startsWith('genre_'));

  it('is fourteen jobs with the five heaviest genres of what the table lists', async () => {
    const planner = memoryPlanner();
    await seedSixGenres(planner.catalog);
    const { jobs, notes } = await planRun(sunday, planner);
    expect(jobs).toHaveLength(14);
    expect(notes).toEqual([]);
    expect(genreFeeds(jobs)).toEqual([
      ...[1, 2, 3, 4, 5].map((id) => `genre_${id}/movie`),
      ...[11, 12, 13, 14, 15].map((id) => `genre_${id}/tv`),
    ]);
    expect(jobs[0]?.why).toContain('genre 1 by weight');
  });

  it('weighs popular and trending lists together', async () => {
    const planner = memoryPlanner();
    await seedList(planner.catalog, 'popular', 'movie', [[1], [2], [3], [4], [5], [6]]);
    await seedList(planner.catalog, 'trending', 'movie', [[6], [7]]);
    const { jobs } = await planRun(sunday, planner);
    expect(genreFeeds(jobs)).toEqual([6, 1, 2, 7, 3].map((id) => `genre_${id}/movie`));
  });

  it('does without genres of an empty table, and says so', async () => {
    const { jobs, notes } = await planRun(sunday, memoryPlanner());
    expect(jobs).toHaveLength(4);
    expect(notes).toEqual([
      "5 movie genre feeds left out: the table's lists name 0 genres so far",
      "5 tv genre feeds left out: the table's lists name 0 genres so far",
    ]);
  });

  it('says how many genres are missing of a table that names few', async () => {
    const planner = memoryPlanner();
    await seedSixGenres(planner.catalog);
    await seedList(planner.catalog, 'popular', 'movie', []);
    const { notes } = await planRun(sunday, memoryPlanner({ catalog: await fewFilms() }));
    expect(notes[0]).toBe("3 movie genre feeds left out: the table's lists name 2 genres so far");
  });

  it('takes nothing from rows that have expired', async () => {
    const planner = memoryPlanner();
    const nowSeconds = Date.UTC(2026, 10, 23, 8) / 1000;
    await seedList(planner.catalog, 'popular', 'movie', [[1, 2, 3, 4, 5]], nowSeconds);
    await seedList(planner.catalog, 'trending', 'movie', [[9]], nowSeconds + 1);
    expect(genreFeeds((await planRun(sunday, planner)).jobs)).toEqual(['genre_9/movie']);
  });
});

describe('a refresh', () => {
  const refresh = sampleScheduled({ schedule: 'refresh', occurrence: '2026-11-23T08:00:00Z' });
  const noon = sampleScheduled({ schedule: 'refresh', occurrence: '2026-11-23T12:00:00Z' });

  it('fetches what is kept and not in the table', async () => {
    const planner = memoryPlanner();
    await seedSixGenres(planner.catalog);
    const { jobs } = await planRun(refresh, planner);
    expect(jobs).toHaveLength(7 + 14);
    expect(new Set(jobs.map(({ why }) => why))).toEqual(new Set(['not in the table']));
  });

  it('leaves what stays fresh until the next refresh, four hours on', async () => {
    const planner = memoryPlanner();
    const until = (feed: string, freshUntil: string) =>
      planner.heads.replace(
        sampleHead({ id: `feed#${feed}`, feed, freshUntil, lastOutcome: 'complete', pagesApplied: [1, 2] }),
        undefined,
      );
    await until('popular/movie/global/en-US', '2026-11-23T16:00:00.000Z');
    await until('popular/tv/global/en-US', '2026-11-23T15:59:59.999Z');
    await planner.clock.advance(4 * 3_600_000);
    const { jobs } = await planRun(noon, planner);
    const fetched = jobs.map(({ jobId, runId }) => jobId.slice(runId.length + 1));
    expect(fetched).not.toContain('popular/movie/global/en-US/1');
    expect(fetched).toContain('popular/tv/global/en-US/2');
    expect(jobs).toHaveLength(7 - 2 + 4);
  });

  it('leaves to the daily run of the same minute what is in the table, however stale', async () => {
    const planner = memoryPlanner();
    const [feed, stale] = ['trending/tv/global/en-US', '2026-11-23T07:00:00.000Z'];
    await planner.heads.replace(sampleHead({ id: `feed#${feed}`, feed, freshUntil: stale }), undefined);
    const { jobs } = await planRun(refresh, planner);
    expect(jobs.map(({ feed: { category, media } }) => `${category}/${media}`)).not.toContain('trending/tv');
    expect(jobs).toHaveLength(7 - 1 + 4);
  });
});

describe('a plan that follows demand', () => {
  const noon = sampleScheduled({ schedule: 'refresh', occurrence: '2026-11-23T12:00:00Z' });
  const french = 'popular/movie/FR/fr-FR';
  const { planner: defaults } = defaultSettings;
  const adaptive = { ...defaults.adaptive, pagesPerDay: 240, writeUnitsPerDay: 24_000 };
  const withRoom = { ...defaultSettings, planner: { ...defaults, adaptive } };

  async function planned(hourly: Readonly<Record<string, number>>) {
    const usage = memoryUsageStore();
    const planner = memoryPlanner({ settings: withRoom });
    for (let back = 1; back <= 28 * 24; back += 1) {
      const atMs = Date.UTC(2026, 10, 23, 12) - back * 3_600_000;
      await usage.add(`usage#${new Date(atMs).toISOString().slice(0, 13)}#feeds`, hourly, 0);
    }
    await planner.clock.advance(4.5 * 3_600_000);
    return planRun(noon, { ...planner, history: { usage, days: memoryDemandDays() } });
  }

  it('fetches what is read, says what it expects and which of it is warming', async () => {
    const plan = await planned({ 'r:trending/tv/global/en-US': 10, [`r:${french}`]: 4 });
    const warm = plan.jobs.find(({ feed }) => feed.region === 'FR');
    expect(warm?.why).toMatch(
      /^read, though no schedule keeps it: 1[3-5](\.\d+)? reads expected, 100 % of it changed$/,
    );
    expect(plan.warmed).toContain(french);
    expect([...plan.expected.keys()].sort()).toEqual([french, 'trending/tv/global/en-US']);
  });

  it('is the base plan, to the job, where the counters are silent', async () => {
    const silent = await planned({ 'r:trending/tv/global/en-US': 0 });
    const planner = memoryPlanner();
    await planner.clock.advance(4.5 * 3_600_000);
    const base = await planRun(noon, planner);
    expect(silent.jobs).toEqual(base.jobs);
    expect(silent.notes).toEqual(['no read was counted yet, so the base plan runs', ...base.notes]);
  });
});

describe('an ad-hoc run for titles', () => {
  const event = sampleAdHoc({
    detail: {
      version: 1,
      titles: [
        { mediaType: 'movie', id: 550 },
        { mediaType: 'tv', id: 1396 },
      ],
    },
  });

  it('is one call for each whole title, whose end somebody waits for', async () => {
    const { runId, origin, jobs, titles, notes } = await planRun(event, memoryPlanner());
    expect({ origin, jobs, notes }).toEqual({ origin: 'ad-hoc', jobs: [], notes: [] });
    expect(titles.map(({ jobId }) => jobId)).toEqual([
      `${runId}/title/movie/550/en-US`,
      `${runId}/title/tv/1396/en-US`,
    ]);
    for (const job of titles) {
      expect(titleJobSchema.parse(job)).toEqual(job);
      expect(job).toMatchObject({ details: true, awaited: true, origin: 'ad-hoc', why: 'asked for ad hoc' });
    }
  });

  it('tells the id at IMDb where the table knows it, and asks without one where the table cannot be read', async () => {
    const writer = memoryWriter();
    await applyAll([sampleItemDetails()], writer);
    const [film, series] = (await planRun(event, memoryPlanner({ catalog: writer.store }))).titles;
    expect([film?.imdbId, series?.imdbId]).toEqual(['tt0137523', undefined]);
    const away = memoryCatalog(failing(({ name }) => (name === 'readDetails' ? new Error('away') : undefined)));
    const { titles } = await planRun(event, memoryPlanner({ catalog: away }));
    expect(titles.map(({ imdbId }) => imdbId)).toEqual([undefined, undefined]);
  });

  it('fetches none where the settings keep no details, and says so', async () => {
    const settings = { ...defaultSettings, details: { ...defaultSettings.details, enabled: false } };
    const { titles, jobs, notes } = await planRun(event, memoryPlanner({ settings }));
    expect([titles, jobs]).toEqual([[], []]);
    expect(notes).toEqual(['no title is fetched: details.enabled is false in the settings']);
  });
});

describe('an ad-hoc run', () => {
  it('for an own feed that the settings do not have is none, and says which there are', async () => {
    const detail = sampleFetchRequest({ category: 'custom_none', regions: ['global'] });
    const refused = await rejectionOf(planRun(sampleAdHoc({ detail }), memoryPlanner()));
    expect(refused).toMatchObject({
      code: 'feed_not_configured',
      message: expect.stringContaining("no own feed 'custom_none': allowed are none, since feeds.custom is empty"),
    });
  });

  it('is what was asked for, at the event’s time', async () => {
    const event = sampleAdHoc({ detail: sampleFetchRequest({ regions: ['DE', 'JP'], pages: 2 }) });
    const { jobs, snapshot, runId, origin, notes } = await planRun(event, memoryPlanner());
    expect({ origin, notes }).toEqual({ origin: 'ad-hoc', notes: [] });
    expect(snapshot).toBe(`2026-11-23T07:30:15Z.${runId}`);
    expect(jobs.map(({ feed, page }) => `${feed.region} ${page}`)).toEqual(['DE 1', 'DE 2', 'JP 1', 'JP 2']);
  });

  it('has a snapshot of its own even in the second of another', async () => {
    const snapshots = await Promise.all(
      ['a', 'b'].map(async (id) => (await planRun(sampleAdHoc({ id }), memoryPlanner())).snapshot),
    );
    expect(new Set(snapshots).size).toBe(2);
  });
});

describe('plans that need the tables', () => {
  it('fail when the tables do', async () => {
    const down = new Error('DynamoDB is down');
    const planner = memoryPlanner({ catalog: memoryCatalog(failing(() => down)) });
    expect(await rejectionOf(planRun(sampleScheduled({ schedule: 'weekly' }), planner))).toBe(down);
  });
});

async function fewFilms() {
  const catalog = memoryCatalog();
  await seedList(catalog, 'popular', 'movie', [[1], [2]]);
  return catalog;
}
