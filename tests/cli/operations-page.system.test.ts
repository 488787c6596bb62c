import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, runJson, startCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { seedDeadLetters } from '../support/seed-dead-letters.ts';
import { repositoryRoot } from '../support/shared-data.ts';

/** Commands that stand together in the page, and what it says they print. */
type Example = { commands: string[]; output: string[] };

const cwd = scratchFolder();
const page = readFileSync(join(repositoryRoot, 'docs/operations.md'), 'utf8');
const prefix = 'npm run -s pipeline -- ';
let local: RunningCli;
let endpoints: { sqs: string };
let fetchDlqUrl: string;
let refusedId: string;

/** The page's `sh` blocks of this program, each with the `text` block that follows it at once. */
const examples: Example[] = [...page.matchAll(/```sh\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g)]
  .map(([, commands = '', output = '']) => ({
    // Commands of `aws` are run by the rehearsal.
    commands: commands
      .trim()
      .split('\n')
      .filter((command) => command.startsWith(prefix)),
    output: output
      .trim()
      .split('\n')
      .filter((line) => line !== '' && line !== '…'),
  }))
  .filter(({ commands }) => commands.length > 0);

/** Figures, ids, times and columns' widths differ from run to run. */
function masked(line: string): string {
  return line
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '#')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b/g, '#')
    .replace(/[\d.:]+/g, '#')
    .replace(/\b(#?T#Z|#-#-#T#Z)(\.#)?/g, '#')
    .replace(/by-hand: [^:]+:/, 'by-hand: #:')
    .replace(/ +/g, ' ')
    .trim();
}

/** Quotes as a shell has them. Commands of the deployed stack are run on the local one, and the listed id is the one that SQS gave here. */
function argumentsOf(command: string): string[] {
  expect(command.startsWith(prefix), command).toBe(true);
  return [
    ...command
      .slice(prefix.length)
      .replace(' --stack aws', '')
      .replace('5493e9e3', refusedId)
      .matchAll(/'([^']*)'|(\S+)/g),
  ].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

beforeAll(async () => {
  local = startCli(['local', '--json'], { cwd });
  ({ endpoints, fetchDlqUrl } = JSON.parse(await local.line('stdout', '"ready":true')));
  await local.line('stderr', 'done: weekly', 100_000);
  await seedDeadLetters(endpoints.sqs, fetchDlqUrl);
  type Letters = { letters: { id: string; reason: string }[] };
  const { letters } = await runJson<Letters>(['dlq', 'list', 'fetch'], { cwd });
  refusedId = letters.find(({ reason }) => reason === 'refused-by-tmdb')?.id ?? '';
});

describe('the operations page', () => {
  it('has commands, most of them with what they print', () => {
    expect(examples.length).toBeGreaterThan(6);
    expect(examples.filter(({ output }) => output.length > 0).length).toBeGreaterThan(4);
  });

  it.each(examples.map((example) => [example.commands.join(' && '), example] as const))(
    '%s',
    async (_name, { commands, output }) => {
      const printed: string[] = [];
      for (const command of commands) {
        const { code, stdout, stderr } = await runCli(argumentsOf(command), { cwd });
        expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
        printed.push(...stdout.trim().split('\n'));
      }
      expect(printed.map(masked)).toEqual(expect.arrayContaining(output.map(masked)));
    },
    60_000,
  );
});

describe('an id that a command takes', () => {
  /** The line of a command's text that matches, without its ends. */
  const lineOf = async (command: string, line: RegExp): Promise<string[]> => {
    const { stdout } = await runCli(command.split(' '), { cwd });
    const [, ...parts] = stdout.match(line) ?? [];
    expect(parts.join(), `${command}: ${stdout}`).not.toBe('');
    return parts;
  };
  const works = async (...args: string[]) => {
    const { code, stderr } = await runCli(args, { cwd });
    expect({ args, code }, stderr).toEqual({ args, code: 0 });
  };

  it.each(['read list popular movie --limit 1', 'recommend --limit 1'])(
    'is printed by `%s`: that of a title',
    async (command) => {
      const [media = '', id = ''] = await lineOf(command, /^ *1 .* {2}(movie|tv) +(\d+) {2}/m);
      await works('read', 'title', media, id);
      await works('recommend', '--liked', `${media}:${id}`, '--limit', '1');
      await works('enqueue', '--title', `${media}:${id}`, '--dry-run');
      const document = await runJson<Record<'titles' | 'picks', { mediaType: string; id: number }[]>>(
        command.split(' '),
        { cwd },
      );
      expect((document.titles ?? document.picks)[0]).toMatchObject({ mediaType: media, id: Number(id) });
    },
    60_000,
  );

  it('is printed by `status`: that of a feed', async () => {
    const [feed = ''] = await lineOf('status', /^(popular\/tv\S+) /m);
    const [category = '', media = '', region = '', language = ''] = feed.split('/');
    await works('read', 'list', category, media, '--region', region, '--language', language, '--limit', '1');
    await works('dlq', 'list', 'fetch', '--match', `feed=${feed}`);
    expect(JSON.stringify(await runJson(['status'], { cwd }))).toContain(`"feed":"${feed}"`);
  });

  it('is printed by `dlq list`: those of a dead letter and of its run', async () => {
    await seedDeadLetters(endpoints.sqs, fetchDlqUrl);
    const [id = '', run = ''] = await lineOf('dlq list fetch', /^([0-9a-f]+) +too-old .* ([0-9a-f]{8}) {2}\d{4}-/m);
    await works('dlq', 'show', 'fetch', id);
    await works('dlq', 'replay', 'fetch', id, '--dry-run');
    type Letters = { letters: { id: string; runId: string; messageId: string }[] };
    const { letters } = await runJson<Letters>(['dlq', 'list', 'fetch', '--match', `runId=${run}`], { cwd });
    expect(letters.find((letter) => letter.id === id)).toMatchObject({ runId: run });
  });

  it('is printed by `enqueue`: that of its run', async () => {
    const enqueue = 'enqueue --category trending --media tv --dry-run';
    const [run = ''] = await lineOf(enqueue, /^run ([0-9a-f]{8}): /m);
    await works('dlq', 'list', 'fetch', '--match', `runId=${run}`);
    expect(await runJson(enqueue.split(' '), { cwd })).toMatchObject({ runId: expect.stringMatching(/^[0-9a-f]{8}$/) });
  });

  it('is printed by `plan`: that of a title', async () => {
    const { titles } = await runJson<{ titles: { title: string }[] }>(['plan', 'refresh'], { cwd });
    const { stdout } = await runCli(['plan', 'refresh'], { cwd });
    for (const { title } of titles.slice(0, 3)) {
      expect(title).toMatch(/^(movie|tv):\d+$/);
      expect(stdout).toContain(`\n${title} `);
    }
  });
});
