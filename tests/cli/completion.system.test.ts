import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { oneDocument, runCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const cwd = scratchFolder();
const { runCli: runHere } = cliServer();
const shells = ['bash', 'zsh', 'fish'] as const;
const isThere = (shell: string) => spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0;

beforeAll(async () => {
  mkdirSync(join(cwd, 'folder'));
  writeFileSync(join(cwd, 'file.json'), '{}');
  for (const shell of shells) {
    const { code, stdout } = await runCli(['completion', shell], { cwd });
    expect(code).toBe(0);
    writeFileSync(join(cwd, `completion.${shell}`), stdout);
  }
}, 60_000);

/** What each shell offers for a line, the cursor at its end. */
const offered: Record<(typeof shells)[number], (line: string) => string[]> = {
  // The words as readline makes them of a line: the sign between option and value is one of its own.
  bash: (line) => {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined);
    const script = `source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tmdb_pipeline; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf(execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { cwd, encoding: 'utf8' }));
  },
  // A terminal of its own, in which keys are pressed: `compadd` works only while zsh completes. It keeps what it
  // is given, once that is something, in a file that appears whole.
  zsh: (line) => {
    const script = `
      zmodload zsh/zpty
      zpty shell 'PS1= zsh -f -i'
      zpty -w shell 'autoload -Uz compinit; compinit -u -d ${cwd}/dump; source completion.zsh'
      zpty -w shell 'compadd() { builtin compadd -O offered "$@"; (( $#offered )) && print -l -- $offered > ${cwd}/offering && mv ${cwd}/offering ${cwd}/offered; builtin compadd "$@" }'
      zpty -w shell 'print ready'
      zpty -r -m shell _ '*ready*ready*'
      zpty -w -n shell $1$'\\t'
      for _ in {1..100}; do [[ -e ${cwd}/offered ]] && break; zselect -t 10; done
      zpty -d shell`;
    execFileSync('rm', ['-f', join(cwd, 'offered')]);
    execFileSync('zsh', ['-f', '-c', `zmodload zsh/zselect; ${script}`, 'zsh', line], { cwd, timeout: 30_000 });
    return linesOf(execFileSync('sh', ['-c', 'cat offered 2>/dev/null || true'], { cwd, encoding: 'utf8' }));
  },
  fish: (line) => {
    const script = 'source completion.fish; complete -C $argv[1]';
    const text = execFileSync('fish', ['--no-config', '-c', script, line], { cwd, encoding: 'utf8' });
    return linesOf(text).map((one) => one.split('\t')[0] ?? '');
  },
};

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe.each(shells)('completion in %s', (shell) => {
  const complete = (line: string) => offered[shell](`tmdb-pipeline ${line}`);
  const cases: [line: string, offered: string[]][] = [
    ['stat', ['status']],
    ['run ', ['daily', 'refresh', 'weekly']],
    ['run w', ['weekly']],
    ['dlq ', ['delete', 'list', 'replay', 'show']],
    ['dlq list ', ['fetch', 'items']],
    ['dlq replay --rate 5 ', ['fetch', 'items']],
    ['read list tr', ['trending']],
    ['read list --json trending ', ['all', 'movie', 'tv']],
    ['read title ', ['movie', 'tv']],
    ['read find ', ['imdb', 'tvdb']],
    ['status --stack ', ['aws', 'local']],
    ['status --sta', ['--stack']],
    ['breaker ', ['close', 'open', 'reset', 'show']],
    ['completion ', ['bash', 'fish', 'zsh']],
    ['enqueue --category award_winning --media t', ['tv']],
    ['read list popular movie --region LU', ['LU']],
    ['enqueue --region LU', ['LU']],
    ['cost --regions LU', ['LU']],
    ['call --method H', ['HEAD']],
    ['run daily --dynamodb ', ['dynalite', 'dynoxide']],
    ['local --faults thr', ['throttle']],
  ];

  it.skipIf(!isThere(shell)).each(cases)('%j', (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  it.skipIf(!isThere(shell))('offers files and folders where an option takes one', () => {
    expect(complete('status --settings f').map((path) => path.replace(/\/$/, ''))).toEqual(
      expect.arrayContaining(['file.json']),
    );
    expect(complete('run daily --data-dir f').map((path) => path.replace(/\/$/, ''))).toEqual(['folder']);
  });
});

describe('completion in bash', () => {
  const complete = (line: string) => offered.bash(`tmdb-pipeline ${line}`);

  it('completes the last of values that are separated by commas, and a value after a sign', () => {
    expect(complete('enqueue --media movie,t')).toEqual(['movie,tv']);
    expect(complete('status --stack=')).toEqual(['aws', 'local']);
    expect(complete('status --stack=l')).toEqual(['local']);
  });

  it('offers nothing where anything may stand', () => {
    expect(complete('read title movie ')).toEqual([]);
    expect(complete('nonsense ')).toEqual([]);
  });

  it('knows every command of the help', async () => {
    const { stdout } = await runHere(['--help'], { cwd });
    const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name);
    expect(complete('')).toEqual(listed.filter((name) => name !== 'help').sort());
  });
});

describe('what is offered', () => {
  it.each([
    ...['daily', 'weekly', 'refresh'].map((name) => `plan ${name}`),
    ...['popular movie', 'trending all', 'hidden_gems tv', 'award_winning tv', 'local_originals tv --region DE'].map(
      (feed) => `read list ${feed}`,
    ),
    ...['fetch', 'items'].map((queue) => `dlq list ${queue}`),
  ])('is taken by the command: %s', async (typed) => {
    const { stderr } = await runHere(typed.split(' '), { cwd });
    expect(stderr).not.toMatch(/unknown|allowed are (?!local, aws)/);
  });

  it('is a document with --json', async () => {
    const { stdout } = await runHere(['completion', 'fish', '--json'], { cwd });
    expect(oneDocument(stdout)).toMatchObject({ shell: 'fish', script: expect.stringContaining('complete -c') });
  });
});
