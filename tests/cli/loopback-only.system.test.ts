import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

type Connection = { threadId: number; host: string; port?: number };

const folder = scratchFolder();
const recorder = pathToFileURL(join(repositoryRoot, 'tests/support/record-connections.ts')).href;

describe('a run without TMDB’s token', () => {
  let result: CliResult;
  let recorded: Connection[];

  beforeAll(async () => {
    const file = join(folder, 'connections');
    const nodeArguments = ['--import', `${recorder}?file=${encodeURIComponent(file)}`];
    result = await runCli(['run', 'daily', '--json'], { cwd: folder, nodeArguments });
    recorded = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Connection);
  });

  it('opens no connection but to this machine, in none of its threads', () => {
    expect(result.code).toBe(0);
    const threads = (some: Connection[]) => new Set(some.map(({ threadId }) => threadId)).size;
    const connections = recorded.filter(({ host }) => host !== 'preloaded');
    // The command itself, planner, worker and writer: all are watched, and each opens connections.
    expect(threads(recorded.filter(({ host }) => host === 'preloaded'))).toBeGreaterThanOrEqual(4);
    expect(threads(connections)).toBeGreaterThanOrEqual(4);
    expect(new Set(connections.map(({ host }) => host))).toEqual(new Set(['127.0.0.1']));
  });
});
