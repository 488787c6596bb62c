import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { dynamoMigrationTable } from '../../src/operator/migrate/dynamo-migration-table.ts';
import type { MigrationReport } from '../../src/operator/migrate/migrate-table.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable } from '../../src/shared/tables/table-definitions.ts';
import { oneDocument, startCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { endpointOf } from '../support/embedded-reader.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { type PassingCall, startKillProxy } from '../support/kill-proxy.ts';
import { createLegacyTable, type LegacyTableOptions, putAll } from '../support/legacy-tables.ts';
import type { Item } from '../support/memory-migration.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const { runCli, runJson } = cliServer();

const yesterdayMs = Date.now() - 86_400_000;
const legacyRow = (id: number, over: Item = {}): Item => ({
  ...{ mediaId: String(id), mediaType: 'movie', fetchedAt: yesterdayMs, data: { title: `Film ${id}`, vote_count: 90 } },
  ...{ cacheKey: `movie_${id}`, contentId: String(id), contentType: 'movie', category: 'popular' },
  ...over,
});
const legacyRows = (count: number) => Array.from({ length: count }, (_, n) => legacyRow(n + 1));
const brokenRows = (count: number) => Array.from({ length: count }, (_, n) => legacyRow(1_000 + n, { data: 'x' }));

describeOnEngine('dynoxide', 'migrate', (tables) => {
  let endpoint: string;
  let named = 0;

  beforeAll(async () => {
    endpoint = await endpointOf(tables);
  });

  const oldTable = async (items: readonly Item[], options: LegacyTableOptions = {}) => {
    named += 1;
    const name = await createLegacyTable(tables.client, `OldCache-${named}`, options);
    await putAll(tables.client, name, items);
    return name;
  };
  const environment = () => ({ AWS_ENDPOINT_URL_DYNAMODB: endpoint });
  const migrate = (name: string, ...args: string[]) =>
    runCli(['migrate', '--table', name, ...args], { environment: environment() });
  const migrateJson = (name: string, ...args: string[]) =>
    runJson<MigrationReport & { durationMs: number }>(['migrate', '--table', name, ...args], {
      environment: environment(),
    });
  const indexAndTtl = async (name: string) => {
    const facts = await dynamoMigrationTable(tables.client, name).describe();
    return { index: facts?.index, ttl: facts?.ttl };
  };

  it('says what it would do, does it, and then finds nothing left to do', async () => {
    const name = await oldTable([...legacyRows(120), ...brokenRows(23), legacyRow(7_000, { mediaType: 'MOVIE' })]);
    const before = await tables.scan(name);
    const dry = await migrate(name, '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stderr).toBe(
      `done: migrate ${name}: 144 rows looked at, 121 to rewrite, 0 as they should be, 23 not understood\n`,
    );
    expect(dry.stdout).toContain(`migrate ${name}, a dry run: nothing was changed\n`);
    expect(dry.stdout).toMatch(/^index CategoryContentTypeIndex {2}to be added$/m);
    expect(dry.stdout).toMatch(/^TTL on expiresAt +to be turned on$/m);
    expect(dry.stdout).toMatch(/^to be rewritten +121$/m);
    expect(dry.stdout).toMatch(/^it would take about 1 min at 200 rows a second$/m);
    expect(await tables.scan(name)).toEqual(before);
    expect(await indexAndTtl(name)).toEqual({ index: undefined, ttl: { state: 'off', attribute: undefined } });

    const { code, stdout } = await migrate(name);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^index CategoryContentTypeIndex {2}added$/m);
    expect(stdout).toMatch(/^TTL on expiresAt +turned on$/m);
    expect(stdout).toMatch(/^rewritten +121\n… under another key +1$/m);
    expect(stdout.match(/^ *\d+ +movie +there is no title, and data is no content$/gm)).toHaveLength(20);
    expect(stdout).toMatch(/^and 3 more: --json lists them all$/m);
    const { name: _name, ...index } = { ...catalogTable.indexes[0], ready: true };
    expect(await indexAndTtl(name)).toEqual({ index, ttl: { state: 'on', attribute: 'expiresAt' } });

    expect((await migrate(name)).stdout).toMatch(/^nothing is left to do$/m);
    expect((await migrateJson(name)).notUnderstood).toHaveLength(23);
  });

  it('with --json is one document', async () => {
    const name = await oldTable([...legacyRows(2), ...brokenRows(1)]);
    const report = await migrateJson(name, '--rate', '50');
    const { startedAt, durationMs, ...rest } = report;
    expect(Date.parse(startedAt)).toBeGreaterThan(yesterdayMs);
    expect(durationMs).toBeGreaterThan(0);
    expect(rest).toEqual({
      ...{ table: name, dryRun: false, rowsPerSecond: 50, index: 'added', ttl: 'added' },
      rows: {
        ...{ scanned: 3, current: 0, toMigrate: 0, migrated: 2, moved: 0, expired: 0, overtaken: 0, gone: 0 },
        notUnderstood: 1,
      },
      notUnderstood: [{ mediaId: '1000', mediaType: 'movie', reason: 'there is no title, and data is no content' }],
      nothingToDo: false,
    });
  });

  it('without --table takes the table that the other commands read', async () => {
    await createLegacyTable(tables.client, 'MovieRecCache');
    await putAll(tables.client, 'MovieRecCache', [legacyRow(550, { data: JSON.stringify({ title: 'Fight Club' }) })]);
    const read = () => runCli(['read', 'title', 'movie', '550', '--json'], { environment: environment() });
    expect((await read()).code).toBe(1);
    await runJson(['migrate'], { environment: environment() });
    expect(oneDocument((await read()).stdout)).toMatchObject({ title: 'Fight Club', from: 'table' });
  });

  it('gives the index of a provisioned table its units, and keeps to the pace of the table', async () => {
    const name = await oldTable([], { units: { read: 15, write: 12 } });
    const { calls, proxy } = await watched(endpoint);
    const report = await runJson<MigrationReport>(['migrate', '--table', name], {
      environment: { AWS_ENDPOINT_URL_DYNAMODB: proxy },
    });
    expect(report.rowsPerSecond).toBeCloseTo(2.4, 9);
    expect(calls.find(({ operation }) => operation === 'UpdateTable')?.body).toMatchObject({
      GlobalSecondaryIndexUpdates: [
        { Create: { ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 6 } } },
      ],
    });
  });

  it('is interrupted by Ctrl-C, and goes on', async () => {
    const name = await oldTable(legacyRows(150));
    const run = startCli(['migrate', '--table', name, '--rate', '100'], { environment: environment() });
    await until('some rows are rewritten', async () => (await rewrittenIn(name)) > 60);
    run.signal('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: interrupted after \d+ rows: run it again to go on$/m);
    expect(await migrateJson(name)).toMatchObject({ rows: { scanned: 150 }, nothingToDo: false });
    expect(await rewrittenIn(name)).toBe(150);
  });

  const rewrittenIn = async (name: string) =>
    (await tables.scan(name)).filter(({ schemaVersion }) => schemaVersion === 1).length;

  it('works on the tables of a folder', async () => {
    const dataDir = testFolder();
    const server = await startEmbeddedDynamo({ port: 0, dataDir: `${dataDir}/dynamodb`, engine: 'dynoxide' });
    const client = dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' });
    await createLegacyTable(client, 'OldCache');
    await putAll(client, 'OldCache', legacyRows(1));
    client.destroy();
    await server.stop();
    const args = ['migrate', '--table', 'OldCache', '--data-dir', dataDir];
    expect(await runJson(args)).toMatchObject({ rows: { migrated: 1 } });
    expect(await runJson(args)).toMatchObject({ nothingToDo: true });
  });

  describe('refuses in one sentence', () => {
    const refused = async (args: string[], endpointUrl = endpoint) => {
      const { code, stdout, stderr } = await runCli(['migrate', ...args], {
        environment: { AWS_ENDPOINT_URL_DYNAMODB: endpointUrl },
      });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
      return stderr.slice('error: '.length, -1);
    };
    const rates = 'allowed are numbers from 0.1 to 10000';

    it.each([
      [['--rate', '0'], `--rate is '0': ${rates}`],
      [['--rate', 'fast'], `--rate is 'fast': ${rates}`],
      [['--rate', '10001'], `--rate is '10001': ${rates}`],
      [['--table', 'a b'], "--table is 'a b': allowed are names of 3 to 255 letters, digits, _ . -"],
      [['--stack', 'moon'], "unknown stack 'moon': allowed are local, aws"],
      [['--dry-runs'], "unknown option '--dry-runs'"],
      [['OldCache'], "too many arguments for 'migrate'. Expected 0 arguments but got 1: OldCache."],
    ])('%j, before anything is sent', async (args, sentence) => {
      const { calls, proxy } = await watched(endpoint);
      expect(await refused(args, proxy)).toContain(sentence);
      expect(calls).toEqual([]);
    });

    it('a table that is not there', async () => {
      expect(await refused(['--table', 'NoSuchTable'])).toBe("there is no table 'NoSuchTable'");
    });

    it('a table with other keys, which stays as it is', async () => {
      const name = await oldTable([], { keys: ['id', 'type'] });
      expect(await refused(['--table', name])).toBe(
        `the table '${name}' cannot be migrated: its keys are id (HASH) and type (RANGE), and allowed are mediaId (HASH) and mediaType (RANGE)`,
      );
      expect((await indexAndTtl(name)).index).toBeUndefined();
    });

    it('and with --json as one document', async () => {
      const { code, stdout } = await migrate('NoSuchTable', '--json');
      expect(code).toBe(2);
      expect(oneDocument(stdout)).toEqual({ error: { code: 'usage', message: "there is no table 'NoSuchTable'" } });
    });

    it('no place at all', async () => {
      const { code, stderr } = await runCli(['migrate'], { cwd: testFolder() });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: there are no tables to read: [^\n]+\n$/);
    });
  });

  it('ends with 1 when the table goes away meanwhile, and says how to go on', async () => {
    const name = await oldTable(legacyRows(3));
    const proxy = await startKillProxy(endpoint, async ({ operation }) => {
      if (operation === 'PutItem') {
        await tables.client.send(new DeleteTableCommand({ TableName: name })).catch(() => undefined);
      }
      return 'pass';
    });
    onTestFinished(() => proxy.stop());
    const { code, stdout, stderr } = await runCli(['migrate', '--table', name, '--json'], {
      environment: { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: the migration of '${name}' stopped, run it again to go on: .+$`, 'm'));
    expect(oneDocument(stdout)).toMatchObject({ error: { code: 'migration_stopped' } });
  });
});

/** An endpoint that passes everything on, and the calls that came by. */
async function watched(upstream: string): Promise<{ calls: PassingCall[]; proxy: string }> {
  const calls: PassingCall[] = [];
  const proxy = await startKillProxy(upstream, async (call) => {
    calls.push(call);
    return 'pass';
  });
  onTestFinished(() => proxy.stop());
  return { calls, proxy: proxy.endpoint };
}
