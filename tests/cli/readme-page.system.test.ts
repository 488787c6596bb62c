import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const pages = [
  'README.md',
  'docs/commands.md',
  'docs/console.md',
  'docs/deploy.md',
  'docs/delivery.md',
  'docs/guarantees.md',
  'docs/glossary.md',
  'docs/architecture.md',
  'CONTRIBUTING.md',
];
const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));

/** `status --watch` of every `npm run -s pipeline -- status --watch` on a page. */
function commandsOf(page: string): string[] {
  return [...page.matchAll(/npm run -s pipeline -- ([a-z]+)/g)].map(([, command = '']) => command);
}

describe('the front page', () => {
  it('names commands that there are', async () => {
    const { stdout } = await runCli(['--help']);
    for (const command of new Set(commandsOf(readme))) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect(new Set(commandsOf(readme)).size).toBe(8);
  });

  it('names scripts that there are', () => {
    const named = [...readme.matchAll(/npm (?:run -s |run )?([a-z:]+)/g)].map(([, script = '']) => script);
    for (const script of named.filter((name) => !['ci', 'install', 'pack', 'run'].includes(name))) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });

  it('shows of the demo what the demo prints', async () => {
    const { code, stdout } = await runCli(['demo']);
    expect(code).toBe(0);
    const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const masked = (text: string) =>
      text
        .replace(/\d[\d.:TZ-]*/g, '#')
        .replace(/run [0-9a-f#]{1,16}:/g, 'run:')
        .replace(/ +/g, ' ');
    const printed = stdout.split('\n').map(masked);
    for (const line of shown
      .trim()
      .split('\n')
      .filter((one) => one !== '…' && !/^ +\d/.test(one))) {
      expect(printed).toContain(masked(line));
    }
  });

  it('fits into three minutes of reading', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(135);
  });
});

describe('docs/commands.md', () => {
  const rows = readFileSync(join(repositoryRoot, 'docs/commands.md'), 'utf8').matchAll(/^\| `([a-z]+)/gm);

  it('has a line for each command, and no other', async () => {
    const { stdout } = await runCli(['--help']);
    const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    expect([...new Set([...rows].map(([, name]) => name))].sort()).toEqual(
      listed.filter((name) => name !== 'help').sort(),
    );
  });
});

describe.each(pages)('%s', (name) => {
  const page = readFileSync(join(repositoryRoot, name), 'utf8');
  const folder = name.includes('/') ? 'docs/' : '';

  it('links to files and headings that there are', () => {
    for (const [, target = ''] of page.matchAll(/\]\(((?!https?:)[^)]+)\)/g)) {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? join(repositoryRoot, name) : join(repositoryRoot, folder, path);
      if (heading !== undefined) {
        const anchors = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
          text
            .toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        );
        expect(anchors).toContain(heading);
      } else {
        expect(() => readFileSync(file)).not.toThrow(/ENOENT/);
      }
    }
  });
});
