import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { oneDocument, runCli, startCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const run = promisify(execFile);
const cwd = scratchFolder();
const ansi = '\u001b[';

/** Every command of an operator that ends by itself and changes nothing. */
const commands = [
  ['status'],
  ['dlq', 'list', 'fetch'],
  ['dlq', 'list', 'items'],
  ['dlq', 'replay', 'fetch', '--dry-run'],
  ['enqueue', '--category', 'popular', '--media', 'movie', '--dry-run'],
  ['breaker', 'show'],
  ['report'],
  ['migrate', '--dry-run'],
  ['recommend', '--limit', '3'],
  ['read', 'list', 'popular', 'movie', '--limit', '3'],
];

/** Runs the program on a terminal of its own; what it writes to either stream comes together. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const program = join(repositoryRoot, 'src/cli/main.ts');
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', program, ...args].join(' ');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm-256color', SHELL: '/bin/sh' };
  const { stdout } = await run('script', ['-qfec', `stty cols 100 rows 40; ${command}`, '/dev/null'], { cwd, env });
  return stdout;
}

beforeAll(async () => {
  const local = startCli(['local', '--json'], { cwd });
  await local.line('stderr', 'done: weekly', 100_000);
});

describe('a command', () => {
  it.each(commands.map((args) => [args.join(' '), args] as const))(
    '%s writes for a terminal, a pipe and a program',
    async (_name, args) => {
      const terminal = await onTerminal(args);
      const piped = await runCli(args, { cwd });
      const json = await runCli([...args, '--json'], { cwd });
      expect([piped.code, piped.code === 0 ? '' : piped.stderr, json.code]).toEqual([0, '', 0]);
      expect(piped.stdout).not.toContain(ansi);
      expect(piped.stdout.trim().length).toBeGreaterThan(10);
      expect(oneDocument(json.stdout)).toBeTypeOf('object');
      // What a person reads on the terminal is what goes into a pipe, with bold and dim parts.
      const firstWord = piped.stdout.split(/\s/)[0] ?? '';
      expect(stripVTControlCharacters(terminal)).toContain(firstWord);
    },
    60_000,
  );

  it('marks headings on a terminal', async () => {
    expect(await onTerminal(['status'])).toContain(`${ansi}1mstatus at `);
  });
});
