import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from '../support/cli-process.ts';
import { jobsOf, runSummarySchema, type Summary } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables, type Item } from '../support/table-dump.ts';

type Plan = {
  titles: { jobId: string; title: string; why: string }[];
  titlePlan: { candidates: number; kept: number; due: number; calls: number; leftOut: string[] } | null;
};

const folder = scratchFolder();
const onData = ['--data-dir', `${folder}/data`];
let runs: Summary[];
let rows: Item[];
let plan: Plan;

/** One command after the other: they share the data. */
beforeAll(async () => {
  const run = async (...args: string[]) =>
    runSummarySchema.parse(await runJson(['run', ...args, ...onData], { cwd: folder }));
  const daily = await run('daily');
  plan = await runJson<Plan>(['plan', 'weekly', ...onData], { cwd: folder });
  // At an occurrence of its own: in the minute of another run that one would have the titles.
  runs = [daily, await run('refresh', '--occurrence', 'now')];
  rows = (await dumpTables(`${folder}/data`)).catalog;
}, 120_000);

const detailsRows = () => rows.filter(({ mediaType }) => String(mediaType).endsWith('+details'));

describe('a daily run on an empty table', () => {
  it('fetches no whole title: seven jobs, 140 rows', () => {
    expect(runs[0]).toMatchObject({ jobs: jobsOf({ planned: 7, succeeded: 7 }), titles: jobsOf({}) });
    expect([runs[0]?.rows.received, runs[0]?.tmdb.requests]).toEqual([140, 7]);
  });
});

describe('a refresh after it', () => {
  it('fetches whole titles of the lists, a third of a day’s at the most, and counts them apart', () => {
    const { titles, jobs, tmdb, rows: listRows } = runs[1] as Summary;
    expect(titles).toEqual(jobsOf({ planned: titles.planned, succeeded: titles.planned }));
    expect(titles.planned).toBeGreaterThan(20);
    expect(titles.planned).toBeLessThanOrEqual(83);
    expect(jobs.succeeded).toBe(jobs.planned);
    // Where images are, and the services of films and of series.
    const references = 3;
    expect(tmdb.requests).toBe(jobs.planned + titles.planned + references);
    expect(listRows.received).toBe(20 * jobs.planned);
  });

  it('leaves a row of details for each', () => {
    expect(detailsRows()).toHaveLength(runs[1]?.titles.planned ?? 0);
  });
});

describe('plan', () => {
  it('shows the titles that would be fetched, each with its reason', () => {
    expect(plan.titles.length).toBeGreaterThan(20);
    expect(plan.titles[0]).toMatchObject({
      why: expect.stringMatching(/^rank 1 of [a-z]+\/(movie|tv|all)\/global\/en-US, 0\.5 reads a day, no details yet$/),
      title: expect.stringMatching(/^(movie|tv):\d+$/),
    });
    expect(plan.titlePlan).toMatchObject({ kept: 0, due: plan.titlePlan?.candidates, calls: 250, leftOut: [] });
  });

  it('says the same to a person', async () => {
    const { stdout } = await runCli(['plan', 'weekly', ...onData], { cwd: folder });
    expect(stdout).toMatch(
      /^whole titles: \d+ of \d+ that are due; \d+ of \d+ have details \(\d+ looked up, about \d+ read units\)/m,
    );
    expect(stdout).toMatch(/calls to spend, \d+ planned within 24 hours$/m);
    expect(stdout).toMatch(/(movie|tv):\d+ +rank \d+ of .*no details yet/);
    const named = stdout.match(/^(movie|tv):\d+ /gm)?.length;
    expect(stdout).toMatch(
      new RegExp(
        `^on top of that, whole titles take ${named} TMDB calls now and at most 250 in 24 hours, reference data 0 now$`,
        'm',
      ),
    );
  });
});
