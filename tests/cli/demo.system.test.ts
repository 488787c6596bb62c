import { beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, oneDocument, runCli } from '../support/cli-process.ts';
import { rowFates, runSummarySchema, type Summary } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

type Demo = {
  runs: Summary[];
  lists: { feed: string; titles: { rank: number; title: string; mediaType: string }[] }[];
};

const cwd = scratchFolder();
let result: CliResult;
let demo: Demo;

beforeAll(async () => {
  result = await runCli(['demo', '--json'], { cwd });
  demo = oneDocument(result.stdout) as Demo;
});

describe('demo', () => {
  it('runs the daily and then the weekly occurrence, whole', () => {
    expect(result.code).toBe(0);
    expect(Object.keys(demo).sort()).toEqual(['lists', 'runs']);
    const runs = demo.runs.map((run) => runSummarySchema.parse(run));
    expect(runs.map(({ schedule, jobs }) => [schedule, jobs.planned, jobs.succeeded])).toEqual([
      ['daily', 7, 7],
      ['weekly', 14, 14],
    ]);
    expect(runs.map(({ rows }) => [rows.received, rowFates(rows)])).toEqual([
      [140, 140],
      [280, 280],
    ]);
  });

  it('counts for each run what that run used', () => {
    const [daily, weekly] = demo.runs;
    expect(daily?.capacity.writeUnits).toBeGreaterThan(140);
    expect(weekly?.capacity.writeUnits).toBeGreaterThan(280);
    expect(daily?.runId).not.toBe(weekly?.runId);
    expect(daily?.estimatedCostUsd).toBeLessThan(weekly?.estimatedCostUsd ?? 0);
  });

  it('reads some lists back through the index, five titles of each', () => {
    expect(demo.lists).toHaveLength(3);
    for (const { titles } of demo.lists) {
      expect(titles.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
      expect(new Set(titles.map(({ title }) => title)).size).toBe(5);
    }
    expect(demo.lists.map(({ feed }) => feed.split('/').slice(0, 2))).toEqual([
      ['popular', 'movie'],
      ['trending', 'all'],
      ['hidden_gems', 'tv'],
    ]);
    expect(demo.lists[0]?.titles.every(({ mediaType }) => mediaType === 'movie')).toBe(true);
    expect(demo.lists[2]?.titles.every(({ mediaType }) => mediaType === 'tv')).toBe(true);
  });

  it('says on stderr that TMDB is simulated', () => {
    expect(result.stderr).toMatch(/^calling the TMDB simulator$/m);
    expect(result.stderr).not.toContain('error');
  });
});
