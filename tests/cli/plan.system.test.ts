import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from '../support/cli-process.ts';
import { type ListServer, startListServer } from '../support/list-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables } from '../support/table-dump.ts';

type Plan = {
  schedule: string;
  occurrence: string;
  runId: string;
  jobs: { jobId: string; feed: string; page: number; pages: number; why: string }[];
  notes: string[];
  takes: Takes;
  month: Takes;
};
type Takes = { calls: number; rows: number; writeUnits: number };

const folder = scratchFolder();
const dataDir = join(folder, 'data');
let server: ListServer;

beforeAll(async () => {
  server = await startListServer();
});
afterAll(() => server.close());

const environment = () => ({ TMDB_BASE_URL: server.baseUrl, TMDB_API_TOKEN: 'token' });
const plan = (...args: string[]) => runJson<Plan>(['plan', ...args], { cwd: folder, environment: environment() });
const pagesOf = ({ jobs }: Plan) => jobs.map(({ feed, page, pages }) => `${feed} ${page}/${pages}`);

const daily = [
  'popular/movie/global/en-US 1/2',
  'popular/movie/global/en-US 2/2',
  'popular/tv/global/en-US 1/2',
  'popular/tv/global/en-US 2/2',
  'trending/movie/global/en-US 1/1',
  'trending/tv/global/en-US 1/1',
  'trending/all/global/en-US 1/1',
];
const weekly = ['hidden_gems/movie', 'hidden_gems/tv', 'award_winning/movie', 'award_winning/tv'].map(
  (feed) => `${feed}/global/en-US 1/1`,
);

describe('plan before anything has run', () => {
  let plans: Record<'daily' | 'weekly' | 'refresh', Plan>;
  beforeAll(async () => {
    const [first, second, third] = await Promise.all([plan('daily'), plan('weekly'), plan('refresh')]);
    plans = { daily: first, weekly: second, refresh: third };
  });

  it('daily: every page, with its reason', () => {
    expect(pagesOf(plans.daily)).toEqual(daily);
    expect(plans.daily.notes).toEqual([]);
    expect(plans.daily.jobs.every(({ why }) => why.length > 5)).toBe(true);
    expect(Object.keys(plans.daily).sort()).toEqual([
      ...['jobs', 'leftOut', 'month', 'notes', 'occurrence', 'runId', 'schedule', 'takes', 'titlePlan', 'titles'],
    ]);
  });

  it('daily: what it takes, and a month of all schedules', () => {
    // A page and its 20 titles, and the write units that were measured (docs/adr/0017).
    expect(plans.daily.takes).toEqual({ calls: 7, rows: 147, writeUnits: 182 });
    // The budget of the plan that follows demand, which is more than the base plan's 887.
    expect(plans.daily.month.calls).toBe(30 * 50);
    expect(plans.weekly.takes.calls).toBe(plans.weekly.jobs.length);
    expect(plans.weekly.month).toEqual(plans.daily.month);
  });

  it('daily: for the next occurrence, 08:00 UTC', () => {
    const at = new Date(plans.daily.occurrence);
    expect(plans.daily.occurrence).toMatch(/T08:00:00\.000Z$/);
    expect(at.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(at.getTime()).toBeLessThanOrEqual(Date.now() + 86_400_000);
  });

  it('weekly: for a Sunday at 09:00 UTC, and says which genres are missing', () => {
    expect(pagesOf(plans.weekly)).toEqual(weekly);
    expect(plans.weekly.notes).toHaveLength(2);
    expect(plans.weekly.occurrence).toMatch(/T09:00:00\.000Z$/);
    expect(new Date(plans.weekly.occurrence).getUTCDay()).toBe(0);
  });

  it('refresh: everything, because nothing is in the table', () => {
    expect(pagesOf(plans.refresh)).toEqual([...daily, ...weekly]);
    expect(new Set(plans.refresh.jobs.map(({ why }) => why))).toEqual(new Set(['not in the table']));
  });

  it('daily: with the regions of a settings file, each in its language', async () => {
    const settings = join(folder, 'settings.json');
    const overrides = { regions: [{ region: 'DE', language: 'de-DE' }], feeds: { popular: { pages: 1 } } };
    writeFileSync(settings, JSON.stringify(overrides));
    const withGermany = await plan('daily', '--settings', settings);
    const feeds = withGermany.jobs.map(({ feed }) => feed);
    expect(withGermany.takes.calls).toBe(11);
    // Until reads are counted the base plan fetches all lists of the region.
    expect(withGermany.month.calls).toBeGreaterThanOrEqual(plans.daily.month.calls);
    expect(feeds.slice(0, 5)).toEqual([...new Set(daily.map((page) => page.split(' ')[0]))]);
    expect(feeds.slice(5)).toEqual(
      ['popular', 'trending', 'local_originals'].flatMap((category) => [
        `${category}/movie/DE/de-DE`,
        `${category}/tv/DE/de-DE`,
      ]),
    );
  });

  it('says the same to a person', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'daily'], { cwd: folder, environment: environment() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`daily, next at ${plans.daily.occurrence}: 7 jobs`);
    expect(stdout).toContain(
      'takes 7 TMDB calls, up to 147 rows, about 182 write units\na month of all schedules takes at most ',
    );
    expect(stdout.match(/global\/en-US/g)).toHaveLength(7);
  });
});

describe('plan on what a daily run left', () => {
  let plans: Plan[];
  let before: Awaited<ReturnType<typeof dumpTables>>;
  let after: typeof before;
  let calls: number;

  beforeAll(async () => {
    await runJson(['run', 'daily', '--data-dir', dataDir], { cwd: folder, environment: environment() });
    calls = server.requests.length;
    before = await dumpTables(dataDir);
    plans = [await plan('weekly', '--data-dir', dataDir), await plan('refresh', '--data-dir', dataDir)];
    after = await dumpTables(dataDir);
  });

  it('weekly: five genres of each kind, found in the lists', () => {
    const pages = plans[0] === undefined ? [] : pagesOf(plans[0]);
    expect(pages).toHaveLength(14);
    expect(pages.filter((page) => /^genre_\d+\/movie\/global\/en-US 1\/1$/.test(page))).toHaveLength(5);
    expect(pages.filter((page) => /^genre_\d+\/tv\/global\/en-US 1\/1$/.test(page))).toHaveLength(5);
    // Every title of the server has it, so it weighs most.
    expect(pages[0]).toBe('genre_35/movie/global/en-US 1/1');
    expect(plans[0]?.notes).toEqual(['no read was counted yet, so the base plan runs']);
  });

  it('refresh: not what is fresh, but what has never been fetched', () => {
    const pages = plans[1] === undefined ? [] : pagesOf(plans[1]);
    expect(pages).not.toContain('popular/movie/global/en-US 1/2');
    expect(pages).toEqual(expect.arrayContaining(weekly));
    expect(pages.filter((page) => page.startsWith('genre_'))).toHaveLength(10);
  });

  it('sends nothing and changes nothing', () => {
    expect(server.requests.length).toBe(calls);
    expect(calls).toBe(7);
    expect(after).toEqual(before);
  });
});
