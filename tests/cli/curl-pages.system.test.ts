/** The `curl` commands of the pages that ask a stack on this machine. Of a command only the port is another one: 8080 may be taken. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/local/stack-endpoints.ts';
import { type RunningCli, startCli } from '../support/cli-process.ts';
import { blockCommands, pageText } from '../support/page-commands.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const run = promisify(execFile);
const cwd = scratchFolder();
const start = 'npm run -s pipeline -- local --http-port 8080';
const pages = ['README.md', 'docs/reader.md'].map((page) => [page, blockCommands(pageText(page))] as const);
const calls = pages.flatMap(([page, commands]) =>
  commands.filter((command) => command.startsWith('curl ')).map((command) => [page, command] as const),
);
let port: number;
let local: RunningCli;

beforeAll(async () => {
  port = await freePort();
  local = startCli(['local', '--http-port', String(port)], { cwd });
  await local.line('stderr', 'done: weekly', 100_000);
});

describe('curl on a local stack', () => {
  it('is shown after the command that starts it', () => {
    expect(calls.length).toBeGreaterThan(1);
    expect(pages.map(([, commands]) => commands.includes(start))).toEqual(pages.map(() => true));
  });

  it.each(calls)('%s: %s', async (_page, command) => {
    const { stdout } = await run('bash', ['-c', command.replace(':8080/', `:${port}/`)]);
    const { titles, picks, details } = JSON.parse(stdout) as {
      titles?: unknown[];
      picks?: unknown[];
      details?: { fetchedAt: object };
    };
    // A title has details, of which the first answer may know nothing yet.
    expect((titles ?? picks ?? Object.keys(details?.fetchedAt ?? {})).length).toBe(details === undefined ? 3 : 8);
  });

  it('is not needed for what `call` does', async () => {
    const { code, stdout } = await startCli(['call', '/v1/lists/popular/movie?limit=3'], { cwd }).ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^status: 200\n[\s\S]*"rank": 3/)]);
  });
});
