import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { oneDocument, runCli, startCli } from '../support/cli-process.ts';
import { type ListRequest, type ListServer, startListServer } from '../support/list-server.ts';
import { descendantsOf, isRunning } from '../support/process-table.ts';
import { incompleteRunSchema, runSummarySchema } from '../support/run-summary.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { dumpTables, titlesIn } from '../support/table-dump.ts';
import { until } from '../support/until.ts';

/** A TMDB that keeps the requests that `holds` names waiting until it is told to answer. */
async function heldServer(
  holds: (request: ListRequest) => boolean = () => true,
): Promise<ListServer & { release(): void; environment: Record<string, string> }> {
  const { promise: wait, resolve: release } = Promise.withResolvers<void>();
  const server: ListServer = await startListServer((request) => {
    const body = { page: Number(request.query.page), results: server.rows(request.path, Number(request.query.page)) };
    return { status: 200, body, ...(holds(request) && { wait }) };
  });
  onTestFinished(() => server.close());
  return { ...server, release, environment: { TMDB_BASE_URL: server.baseUrl } };
}

/** The variables a process was started with, where the system tells them (Linux). */
const environmentOf = (pid: number) => {
  const file = `/proc/${pid}/environ`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const callUnderWay = ({ requests }: ListServer) => until('the first call is under way', () => requests.length > 0);

describe('Ctrl-C while TMDB keeps the worker waiting', () => {
  it('local finishes the calls that are under way, then ends well', async () => {
    const server = await heldServer();
    const local = startCli(['local', '--json'], { cwd: testFolder(), environment: server.environment });
    await local.line('stdout', '"ready"');
    await callUnderWay(server);
    const children = descendantsOf(local.pid);
    local.signal('SIGINT');
    await local.line('stderr', 'draining');
    server.release();
    expect(await local.ended).toMatchObject({ code: 0, signal: null });
    expect(children.filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  it('twice ends at once, and still leaves no process behind; none of them was given the token', async () => {
    const server = await heldServer();
    const environment = { ...server.environment, TMDB_API_TOKEN: 'secret-of-this-test' };
    const run = startCli(['run', 'daily'], { cwd: testFolder(), environment });
    await callUnderWay(server);
    const children = descendantsOf(run.pid);
    expect(children.length).toBeGreaterThan(0);
    expect(children.map(({ pid }) => environmentOf(pid)).join()).not.toContain('secret-of-this-test');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-of-this-test');
    run.signal('SIGINT');
    await run.line('stderr', 'a second Ctrl-C ends at once');
    run.signal('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130 });
    await until('its children are gone', () => !children.some(({ pid }) => isRunning(pid)));
  });
});

describe('a run whose time is up', () => {
  it('names the jobs that are open', async () => {
    const server = await heldServer(({ path }) => path === '/trending/tv/day');
    const run = startCli(['run', 'daily', '--json', '--timeout', '1s'], {
      cwd: testFolder(),
      environment: server.environment,
    });
    await run.line('stderr', 'stopped: daily');
    server.release();
    const { code, stdout, stderr } = await run.ended;
    const { incomplete, jobs } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(code).toBe(1);
    expect(jobs.open).toBeGreaterThan(0);
    expect(jobs.succeeded + jobs.open).toBe(7);
    expect(incomplete.reason).toBe('timed-out');
    expect(incomplete.jobs).toContainEqual(expect.stringMatching(/\/trending\/tv\/global\/en-US\/1$/));
    expect(stderr).toMatch(/^error: \d of 7 jobs were still open when the time was up \(see --timeout\): /m);
  });
});

describe('a run that was interrupted', () => {
  const occurrence = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  const daily = (dataDir: string) => ['run', 'daily', '--json', '--occurrence', occurrence, '--data-dir', dataDir];

  it('has a summary that agrees with itself', async () => {
    const server = await heldServer(({ path }) => path === '/trending/all/day');
    const cwd = testFolder();
    const run = startCli([...daily(join(cwd, 'data')), '--verbose'], { cwd, environment: server.environment });
    await until('a page is on its way to the table', () => run.stderr().includes('page-fetched'));
    run.signal('SIGINT');
    await run.line('stderr', 'stopped: daily');
    server.release();
    const { rows, jobs } = incompleteRunSchema.parse(oneDocument((await run.ended).stdout));
    expect(rows.received).toBe(20 * jobs.succeeded);
  });

  it('says how much it left undone, and is finished by the same run on the same folder', async () => {
    const server = await heldServer();
    const cwd = testFolder();
    const args = daily(join(cwd, 'data'));
    const run = startCli(args, { cwd, environment: server.environment });
    await callUnderWay(server);
    run.signal('SIGINT');
    await run.line('stderr', 'stopped: daily: 0/7 pages fetched');
    server.release();
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: interrupted with 7 of 7 jobs still open$/m);
    expect(incompleteRunSchema.parse(oneDocument(stdout)).incomplete.reason).toBe('interrupted');
    await expectFinished(args, cwd, server);
  });

  it('by kill -9 is finished as well', async () => {
    const server = await heldServer();
    const cwd = testFolder();
    const args = daily(join(cwd, 'data'));
    const run = startCli(args, { cwd, environment: server.environment });
    await callUnderWay(server);
    const children = descendantsOf(run.pid);
    run.signal('SIGKILL');
    await run.ended;
    await until('its children are gone', () => !children.some(({ pid }) => isRunning(pid)));
    server.release();
    await expectFinished(args, cwd, server);
  });
});

async function expectFinished(args: string[], cwd: string, { environment }: { environment: Record<string, string> }) {
  const again = await runCli([...args, '--timeout', '20s'], { cwd, environment });
  expect(again.stderr).toContain('was planned before');
  expect(runSummarySchema.parse(oneDocument(again.stdout)).jobs).toMatchObject({ open: 0, deadLettered: 0 });
  const { catalog } = await dumpTables(join(cwd, 'data'));
  expect(titlesIn(catalog)).toHaveLength(140);
}
