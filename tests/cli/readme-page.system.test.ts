import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const docs = readdirSync(join(repositoryRoot, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const decisions = readdirSync(join(repositoryRoot, 'docs/adr')).map((name) => `docs/adr/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs, ...decisions];
const read = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');
const readme = read('README.md');
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
    expect(new Set(commandsOf(readme)).size).toBe(9);
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

/** The targets of a page's links that stay in the repository; code between backticks has none. */
function linksOf(page: string): string[] {
  const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
  const images = [...prose.matchAll(/ src="([^"]+)"/g)].map(([, target = '']) => target);
  return [...[...prose.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map(([, target = '']) => target), ...images];
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (name) => {
  it('links to files and headings that there are', () => {
    for (const target of linksOf(read(name))) {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? name : relative(repositoryRoot, join(repositoryRoot, dirname(name), path));
      expect(existsSync(join(repositoryRoot, file)), `${target} of ${name}`).toBe(true);
      if (heading !== undefined) {
        expect(anchorsOf(read(file)), `${target} of ${name}`).toContain(heading);
      }
    }
  });
});

describe('the index of the docs', () => {
  const index = read('docs/README.md');
  const others = [...docs, 'docs/adr/README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter(
    (name) => name !== 'docs/README.md',
  );

  it('has every page once, with the question that it answers', () => {
    const entries = [...index.matchAll(/^- \[[^\]]+\]\(([^)]+)\): (.*\?)$/gm)].map(([, target = '']) =>
      join('docs', target),
    );
    expect(entries.sort()).toEqual(others.sort());
  });

  it('is where the README leads to', () => expect(readme).toContain('](docs/README.md)'));

  it.each(docs)('%s says in its first sentence for whom it is', (name) => {
    const [, first = ''] = read(name).split(/\n{2,}/);
    expect(first).toMatch(/^For /);
    expect(first.split(/(?<=\.)\s/)[0]?.split(/\s+/).length).toBeLessThan(40);
  });
});

describe('the glossary', () => {
  const rows = [...read('docs/glossary.md').matchAll(/^\| (?!word |-)([^|]+?) +\| ([^|]+?) +\| (\[.*\]\(.*\)) +\|$/gm)];
  const words = rows.flatMap(([, word = '']) => word.split(', '));
  const others = pages
    .filter((name) => name !== 'docs/glossary.md')
    .map(read)
    .join('\n')
    .toLowerCase();

  it('has each word once, and leads from each to where it matters', () => {
    const lines = read('docs/glossary.md').match(/^\| (?!word |-)/gm);
    expect(rows.length).toBe(lines?.length);
    expect(new Set(words).size).toBe(words.length);
  });

  it('has no word that the other pages do not use', () => {
    expect(words.filter((word) => !others.includes(word.toLowerCase()))).toEqual([]);
  });

  it('has the words that the README explains by it', () => {
    const [, list = ''] =
      /(?:^|\. )([^.]+): \[glossary\]\(docs\/glossary\.md\)/m.exec(readme.replaceAll('\n', ' ')) ?? [];
    const named = list.toLowerCase().replace(' and ', ', ').split(', ');
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((word) => !words.some((known) => known.toLowerCase() === word))).toEqual([]);
  });
});
