import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoEngine, defaultDynamoEngine } from '../../src/local/embedded-dynamodb.ts';
import { runCli, runJson } from '../support/cli-process.ts';
import { type ListServer, startListServer } from '../support/list-server.ts';
import type { Summary } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables, type Item } from '../support/table-dump.ts';

const engines: DynamoEngine[] = ['dynoxide', 'dynalite'];
const bothRun = defaultDynamoEngine() === 'dynoxide';
const folder = scratchFolder();
let server: ListServer;
let summaries: Summary[];
let tables: { catalog: Item[]; control: Item[] }[];

beforeAll(async () => {
  if (!bothRun) {
    return;
  }
  server = await startListServer();
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ writer: { batchSize: 10, batchingWindowSeconds: 0 } }));
  const occurrence = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  const run = (engine: DynamoEngine) =>
    runJson<Summary>(
      ['run', 'daily', '--dynamodb', engine, '--data-dir', join(folder, engine), '--occurrence', occurrence].concat([
        '--settings',
        settings,
      ]),
      { cwd: folder, environment: { TMDB_BASE_URL: server.baseUrl } },
    );
  summaries = await Promise.all(engines.map(run));
  tables = await Promise.all(engines.map((engine) => dumpTables(join(folder, engine), engine)));
});
afterAll(() => server?.close());

/** Moments of fetching differ from run to run, and what is derived from them. */
function timeless({ fetchedAt: _f, freshUntil: _u, expiresAt: _e, expiration: _x, version: _v, ...rest }: Item): Item {
  return rest;
}

describe.runIf(bothRun)('dynoxide and dynalite', () => {
  it('hold the same rows after the same run', () => {
    const [dynoxide, dynalite] = tables.map(({ catalog }) => catalog.map(timeless));
    expect(dynoxide?.length).toBeGreaterThan(100);
    expect(dynalite).toEqual(dynoxide);
  });

  it('hold the same heads of feeds', () => {
    const heads = tables.map(({ control }) => control.filter(({ id }) => String(id).startsWith('feed#')).map(timeless));
    expect(heads[0]).toHaveLength(5);
    expect(heads[1]).toEqual(heads[0]);
  });

  it('give the same summary but for time and capacity', () => {
    const facts = summaries.map(({ schedule, runId, jobs, rows, tmdb }) => ({
      ...{ schedule, runId, jobs, rows },
      requests: tmdb.requests,
    }));
    expect(facts[1]).toEqual(facts[0]);
    expect(facts[0]).toMatchObject({ jobs: { planned: 7, succeeded: 7 }, rows: { received: 140 } });
  });

  it('can both be read back', async () => {
    const read = (engine: DynamoEngine) =>
      runCli(['read', 'list', 'popular', 'movie', '--data-dir', join(folder, engine), '--json'], { cwd: folder });
    const [dynoxide, dynalite] = await Promise.all(engines.map(read));
    expect(dynoxide?.code).toBe(0);
    expect(dynalite?.code).toBe(0);
  });
});
