import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, oneDocument, runCli } from '../support/cli-process.ts';
import { jobsOf, rowFates, runSummarySchema, type Summary } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Source: the design's feeds: 7 pages a day, 14 a week; of the daily and weekly ones, those without genres on an empty table. */
const expected = [
  ['daily', 7],
  ['weekly', 14],
  ['refresh', 11],
] as const;

const cwd = scratchFolder();
const results = new Map<string, CliResult>();

beforeAll(async () => {
  await Promise.all(
    expected.map(async ([schedule]) => {
      results.set(schedule, await runCli(['run', schedule, '--json'], { cwd }));
    }),
  );
});

describe.each(expected)('run %s', (schedule, jobs) => {
  let result: CliResult;
  let summary: Summary;

  beforeAll(() => {
    result = results.get(schedule) as CliResult;
    summary = runSummarySchema.parse(oneDocument(result.stdout));
  });

  it('ends well, with exactly one JSON document on stdout', () => {
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(summary.schedule).toBe(schedule);
  });

  it(`has all its ${jobs} jobs in the table`, () => {
    expect(summary.jobs).toEqual(jobsOf({ planned: jobs, succeeded: jobs }));
    expect(summary.tmdb).toMatchObject({ requests: jobs + summary.titles.planned, throttled: 0, retries: 0 });
  });

  it('has whole titles where lists were in the table: after the daily run that a weekly one needs', () => {
    const { titles } = summary;
    expect(titles).toEqual(jobsOf({ planned: titles.planned, succeeded: titles.planned }));
    expect(titles.planned > 0).toBe(schedule === 'weekly');
  });

  it('accounts for every row of every page', () => {
    expect(summary.rows.received).toBe(jobs * 20);
    expect(rowFates(summary.rows)).toBe(summary.rows.received);
    expect(summary.rows.written).toBe(jobs * 20);
  });

  it('says what it took', () => {
    const { p50, p95, max } = summary.tmdb.latencyMs;
    expect(p50).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(p50);
    expect(max).toBeGreaterThanOrEqual(p95);
    // A page takes some units twice, for the table and its index; each of its titles one at most, and the head of its feed.
    expect(summary.capacity.writeUnits).toBeGreaterThan(jobs * 4);
    // A whole title takes its details, its card, and a row for each of its ids elsewhere.
    expect(summary.capacity.writeUnits).toBeLessThan(jobs * (2 * 8 + 20 + 1) + summary.titles.planned * 8);
    expect(summary.capacity.readUnits).toBeGreaterThan(0);
    expect(summary.durationMs).toBeGreaterThan(0);
    expect(summary.estimatedCostUsd).toBeGreaterThan(0);
    expect(summary.estimatedCostUsd).toBeLessThan(0.01);
  });

  it('tells a person on stderr, in whole lines, and shows no stack trace', () => {
    expect(result.stderr).toMatch(
      new RegExp(`^done: ${schedule}: (\\d+)/\\1 pages fetched, \\1/\\1 in the table`, 'm'),
    );
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).not.toContain('error');
  });
});

describe('run weekly on an empty table', () => {
  it('runs the daily occurrence first, and says why', () => {
    const { stderr } = results.get('weekly') as CliResult;
    expect(stderr).toMatch(/^the table is empty: the daily occurrence comes first/);
    expect(stderr.match(/^done: \w+/gm)).toEqual(['done: daily', 'done: weekly']);
  });
});

describe('run refresh on an empty table', () => {
  it('says which feeds it could not plan', () => {
    const { stderr } = results.get('refresh') as CliResult;
    expect(stderr).toContain("5 movie genre feeds left out: the table's lists name 0 genres so far");
    expect(stderr).toContain("5 tv genre feeds left out: the table's lists name 0 genres so far");
  });
});

describe('a run', () => {
  it('leaves nothing in the folder it was started in', () => {
    expect(readdirSync(cwd)).toEqual([]);
  });
});
