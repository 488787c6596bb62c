import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, runCli, startCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { seedDeadLetters } from '../support/seed-dead-letters.ts';
import { repositoryRoot } from '../support/shared-data.ts';

/** Commands that stand together in the page, and what it says they print. */
type Example = { commands: string[]; output: string[] };

const cwd = scratchFolder();
const page = readFileSync(join(repositoryRoot, 'docs/operations.md'), 'utf8');
const prefix = 'npm run -s pipeline -- ';
let local: RunningCli;

/** The page's `sh` blocks, each with the `text` block that follows it at once. */
const examples: Example[] = [...page.matchAll(/```sh\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g)].map(
  ([, commands = '', output = '']) => ({
    commands: commands.trim().split('\n'),
    output: output
      .trim()
      .split('\n')
      .filter((line) => line !== '' && line !== '…'),
  }),
);

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

/** Quotes as a shell has them. */
function argumentsOf(command: string): string[] {
  expect(command.startsWith(prefix), command).toBe(true);
  return [...command.slice(prefix.length).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

beforeAll(async () => {
  local = startCli(['local', '--json'], { cwd });
  const { endpoints, fetchDlqUrl } = JSON.parse(await local.line('stdout', '"ready":true'));
  await local.line('stderr', 'done: weekly', 100_000);
  await seedDeadLetters(endpoints.sqs, fetchDlqUrl);
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
