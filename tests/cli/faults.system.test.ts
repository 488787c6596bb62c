import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, oneDocument, runCli } from '../support/cli-process.ts';
import { jobsOf, rowFates, runSummarySchema } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables, titlesIn } from '../support/table-dump.ts';

// The simulator draws from one seed: of the design's 30 % and 10 % none of the seven calls would be hit.
const specs = {
  trouble: 'throttle=0.4,serverError=0.2',
  persons: 'personsInTrending',
} as const;

type Name = keyof typeof specs;

const folder = scratchFolder();
const results = new Map<Name, CliResult>();
const summaryOf = (name: Name) => runSummarySchema.parse(oneDocument(results.get(name)?.stdout ?? ''));

beforeAll(async () => {
  await Promise.all(
    (Object.entries(specs) as [Name, string][]).map(async ([name, spec]) => {
      const args = ['run', 'daily', '--json', '--faults', spec, '--data-dir', join(folder, name)];
      results.set(name, await runCli(args, { cwd: folder }));
    }),
  );
});

describe('run with faults of the simulator', () => {
  it.each(Object.keys(specs) as Name[])('%s: every job is done, and every row accounted for', (name) => {
    const { jobs, rows } = summaryOf(name);
    expect(results.get(name)?.code).toBe(0);
    expect(jobs).toEqual(jobsOf({ planned: 7, succeeded: 7 }));
    expect(rowFates(rows)).toBe(rows.received);
  });

  it('throttled and failed calls are counted, and made again', () => {
    const { tmdb, rows } = summaryOf('trouble');
    expect(tmdb.throttled).toBeGreaterThan(0);
    expect(tmdb.retries).toBeGreaterThanOrEqual(tmdb.throttled);
    expect(tmdb.requests).toBe(7 + tmdb.retries);
    expect(rows).toMatchObject({ received: 140, written: 140, rejected: 0 });
  });

  it('persons between the titles of a mixed list are rejected, and counted', async () => {
    const { rows, tmdb } = summaryOf('persons');
    expect(rows.received).toBe(140);
    expect(rows.rejected).toBeGreaterThan(0);
    expect(rows.written).toBe(140 - rows.rejected);
    expect(tmdb.retries).toBe(0);
    const { catalog } = await dumpTables(join(folder, 'persons'));
    expect(titlesIn(catalog, 'trending/all/')).toHaveLength(20 - rows.rejected);
    expect(new Set(titlesIn(catalog).map(({ mediaType }) => mediaType))).toEqual(new Set(['movie', 'tv']));
    expect(catalog.every(({ mediaType }) => /^(movie|tv|page#\d{4})$/.test(String(mediaType)))).toBe(true);
  });
});
