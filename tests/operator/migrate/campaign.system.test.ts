/**
 * The command itself, killed again and again at calls that a seed picks, on a table of 2,000 rows that others write and read meanwhile.
 * Some rows are written by the writer, or once more by the predecessor, at the very moment between the command's read and its put.
 */
import { beforeAll, expect, it } from 'vitest';
import type { MigrationReport } from '../../../src/operator/migrate/migrate-table.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { titleRowFor } from '../../../src/shared/tables/title-row.ts';
import { oneDocument, runJson, startCli } from '../../support/cli-process.ts';
import { endpointOf } from '../../support/embedded-reader.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { type CallFate, startKillProxy } from '../../support/kill-proxy.ts';
import { drawBelow, drawLegacySample, expectMigrated, type LegacySample } from '../../support/legacy-rows.ts';
import { createLegacyTable, putAll } from '../../support/legacy-tables.ts';
import type { Item } from '../../support/memory-migration.ts';
import { keyText, type MigrationOthers, migrationOthers } from '../../support/migration-others.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const rowCount = 2_000;
const kills = 6;
const oldTable = 'OldCache';
const migrateArgs = ['migrate', '--table', oldTable, '--rate', '5000'];
const random = seededRandom(20_261_125);
/** Draws of its own: how often the others draw depends on the time that the command takes. */
const killRandom = seededRandom(20_261_130);
const nowMs = Date.now();

const samples: LegacySample[] = Array.from({ length: rowCount }, (_, n) => drawLegacySample(random, n + 1, nowMs));
const understood = samples.filter(({ problem }) => problem === undefined);
const broken = samples.filter(({ problem }) => problem !== undefined);
/** Come in a list at some time, come in a list just before the put, are written by the predecessor just before the put. */
const listed = understood.filter((_, n) => n % 25 === 0);
const overtaken = understood.filter((_, n) => n % 50 === 7);
const rewritten = new Map(
  understood
    .filter((_, n) => n % 50 === 11)
    .map(({ facts }) => [keyText(facts), { ...facts, title: `again ${facts.id}`, fetchedAtMs: nowMs - 60_000 }]),
);

describeOnEngine('dynoxide', 'migration campaign', (tables) => {
  let lives: number;
  let report: MigrationReport;
  let after: Map<string, Item>;
  let others: MigrationOthers;

  beforeAll(async () => {
    await createLegacyTable(tables.client, oldTable);
    await putAll(
      tables.client,
      oldTable,
      samples.map(({ item }) => item),
    );
    others = migrationOthers({
      client: tables.client,
      table: oldTable,
      random,
      read: understood,
      listed,
      overtaken,
      rewritten,
    });
    ({ lives, report } = await migrateThroughKills(await endpointOf(tables), others));
    after = new Map((await tables.scan(oldTable)).map((item) => [`${item.mediaId} ${item.mediaType}`, item]));
  }, 300_000);

  it('was killed often enough, and came to an end', () => {
    expect(lives).toBe(kills + 1);
    expect(report.rows.current).toBeGreaterThan(500);
    expect(report).toMatchObject({ nothingToDo: false });
  });

  it('has migrated every row that is understood and that the writer has not replaced', () => {
    const replaced = new Set([...listed, ...overtaken]);
    const migrated = understood.filter((sample) => !replaced.has(sample));
    expect(migrated.length).toBeGreaterThan(1_600);
    expect(others.writtenAgain.size).toBe(rewritten.size);
    for (const { facts } of migrated) {
      expectMigrated(after.get(keyText(facts)), rewritten.get(keyText(facts)) ?? facts);
    }
  });

  it('has put no older row over one that the writer had put', () => {
    const written = others.pages.flatMap(({ titles, fetchedAt }) => titles.map((title) => ({ title, fetchedAt })));
    expect(written.length).toBeGreaterThan(100);
    for (const { title, fetchedAt } of written) {
      const row = titleRowFor({ language: 'en-US', fetchedAt }, title, defaultSettings);
      expect(after.get(keyText(title))).toMatchObject({ title: `written ${title.id}`, version: row.version });
    }
    expect(others.counts.overtaken).toBe(overtaken.length);
    // The report is that of the last life, which finds what the lives before it have left.
    expect(report.rows.overtaken).toBeGreaterThan(0);
  });

  it('lists every row that is not understood, with its reason, and has left it as it was', () => {
    const reasons = new Map(report.notUnderstood.map((row) => [`${row.mediaId} ${row.mediaType}`, row.reason]));
    expect(reasons.size).toBe(broken.length);
    expect(broken.length).toBeGreaterThan(120);
    for (const { item, problem } of broken) {
      const key = `${item.mediaId} ${item.mediaType}`;
      expect(reasons.get(key)).toContain(problem);
      expect(after.get(key)).toEqual(item);
    }
  });

  it('has given readers every title that was migrated at every moment since, never an older one, and the lists', () => {
    expect(others.problems.slice(0, 5)).toEqual([]);
    expect(others.counts.reads).toBeGreaterThan(50);
    expect(others.counts.lists).toBeGreaterThan(20);
  });

  it('changes nothing when it is run a second time', async () => {
    const before = await tables.scan(oldTable);
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(tables) };
    const second = await runJson<MigrationReport>(migrateArgs, { environment });
    expect(second).toMatchObject({ nothingToDo: true, rows: { migrated: 0, scanned: before.length } });
    expect(second.notUnderstood).toHaveLength(broken.length);
    expect(await tables.scan(oldTable)).toEqual(before);
  });
});

/** Lets the command live and die until it comes to its end, while the others go on. */
async function migrateThroughKills(
  upstream: string,
  others: MigrationOthers,
): Promise<{ lives: number; report: MigrationReport }> {
  let callsLeft = Number.POSITIVE_INFINITY;
  let kill: () => CallFate = () => 'pass';
  const proxy = await startKillProxy(upstream, async (call) => {
    await others.beforeCall(call);
    callsLeft -= 1;
    return callsLeft === 0 ? kill() : 'pass';
  });
  try {
    for (let life = 1; ; life += 1) {
      callsLeft = life > kills ? Number.POSITIVE_INFINITY : 5 + drawBelow(killRandom, 300);
      const fate: CallFate = killRandom.next() < 0.5 ? 'lose-call' : 'lose-answer';
      const cli = startCli([...migrateArgs, '--json'], { environment: { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint } });
      kill = () => {
        cli.signal('SIGKILL');
        return fate;
      };
      let ended = false;
      const result = cli.ended.finally(() => {
        ended = true;
      });
      while (!ended) {
        await others.step();
      }
      const { code, signal, stdout, stderr } = await result;
      if (signal !== 'SIGKILL') {
        expect({ code, stderr }).toMatchObject({ code: 0 });
        return { lives: life, report: oneDocument(stdout) as MigrationReport };
      }
    }
  } finally {
    await proxy.stop();
  }
}
