import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { pipelineProgram } from '../../src/cli/program.ts';
import { oneDocument, runCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const cwd = scratchFolder();

/** Commands that do something, not those that group others. */
function leavesOf(command: Command, path: readonly string[] = []): [path: string, command: Command][] {
  const deeper = command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]));
  return command.commands.length === 0 ? [[path.join(' '), command]] : deeper;
}

/** Everything that the help of a command prints, at 80 columns. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 }).outputHelp();
  return text;
}

function examplesIn(help: string): string[] {
  return [...help.matchAll(/^ {2}\$ npx tmdb-pipeline (.*)$/gm)].map(([, call = '']) => call);
}

/** Words as a shell takes them apart. */
function wordsOf(call: string): string[] {
  return execFileSync('bash', ['-c', `printf '%s\\0' ${call}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

/** The command line of the program itself, whose commands do nothing; returns the command that was meant. */
async function parsed(call: string): Promise<string> {
  const program = pipelineProgram();
  let meant = '';
  for (const [path, command] of leavesOf(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.action(() => {
      meant = path;
    });
  }
  await program.exitOverride().parseAsync(wordsOf(call), { from: 'user' });
  return meant;
}

describe('the help of each command', () => {
  const leaves = leavesOf(pipelineProgram());

  it.each(leaves)('%s: has examples, each of which is a call of it', async (path, command) => {
    const calls = examplesIn(helpOf(command));
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) {
      expect([call, await parsed(call)]).toEqual([call, path]);
    }
  });

  it.each(leaves)('%s: fits into 80 columns, and says what each option is for', (_path, command) => {
    const lines = helpOf(command).split('\n');
    expect(lines.filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
    expect(command.description()).not.toBe('');
    expect(command.options.filter(({ description }) => description === '')).toEqual([]);
    expect(command.registeredArguments.filter(({ description }) => description === '')).toEqual([]);
  });

  it('would notice an example that is none', async () => {
    await expect(parsed('run')).rejects.toThrow(/missing required argument/);
    await expect(parsed('status --nonsense')).rejects.toThrow(/unknown option/);
  });

  it('of the program begins with what to try', async () => {
    for (const call of examplesIn(helpOf(pipelineProgram()))) {
      expect(await parsed(call)).not.toBe('');
    }
  });
});

describe('--version', () => {
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  const told = spawnSync('git', ['-C', repositoryRoot, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const commit = told.status === 0 ? told.stdout.trim() : null;

  it('is that of the package, with the commit of a checkout', async () => {
    const { code, stdout, stderr } = await runCli(['--version'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`tmdb-pipeline ${version}${commit === null ? '' : ` (commit ${commit})`}\n`);
  });

  it('is one document with --json', async () => {
    const { stdout } = await runCli(['--version', '--json'], { cwd });
    expect(oneDocument(stdout)).toEqual({ version, commit });
  });

  it('needs no git', async () => {
    const { code, stdout } = await runCli(['-V'], { cwd, environment: { PATH: '/nonexistent' } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `tmdb-pipeline ${version}\n` });
  });
});
