/** The page about own feeds: its settings, what its commands print, and that the lists hold what their queries ask for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { discoverParameters } from '../../src/shared/settings/discover-parameters.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { runCli, runJson } from '../support/cli-process.ts';
import { blockCommands, pageText } from '../support/page-commands.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const page = pageText('docs/own-feeds.md');
const example = readFileSync(join(repositoryRoot, 'docs/examples/own-feeds.json'), 'utf8');
const prefix = 'npm run -s pipeline -- ';
const commands = blockCommands(page);
const folder = scratchFolder();
const dayMs = 86_400_000;

type Card = { id: number; title: string; genreIds: number[]; releaseDate: string; mediaType: string };
type List = { from: string; feed: string; titles: Card[] };

/** Runs a command of the page in the repository, with its data in a scratch folder. */
function asOnThePage(command: string): string[] {
  expect(command.startsWith(prefix)).toBe(true);
  const words = command.slice(prefix.length).split(' ');
  return words.map((word) => (word === 'own-feeds' ? join(folder, 'data') : word));
}

/** The output that the page shows after a command, without what it leaves out; occurrences differ from day to day. */
function shownAfter(command: string): string[] {
  const [, block = ''] = page.slice(page.indexOf(command)).match(/```\n+```text\n([\s\S]*?)```/) ?? [];
  return block
    .trim()
    .split('\n')
    .filter((line) => line !== '…')
    .map(masked);
}
const masked = (line: string) => line.replace(/next at \S+:/, 'next at #:');

describe('the page about own feeds', () => {
  it('shows the settings of the example, which are understood', () => {
    const [, shown = ''] = page.match(/```json\n([\s\S]*?)```/) ?? [];
    expect(shown).toBe(example);
    expect(settingsFrom(example).feeds.custom.map(({ name }) => name)).toEqual([
      'kids_cinema_de',
      'new_on_streaming_de',
      'east_asian_gems',
    ]);
  });

  it('names every parameter of a query', () => {
    const table = page.slice(page.indexOf('| parameters'), page.indexOf('Unknown parameters'));
    const named = [...table.matchAll(/`([a-z_]+(?:\.[gl]te)?)`/g)].map(([, name = '']) => name);
    const known = new Set(Object.values(discoverParameters).flatMap((parameters) => Object.keys(parameters)));
    const values = ['flatrate', 'free', 'ads', 'rent', 'buy', 'true', 'false'];
    expect([...new Set(named)].filter((name) => !values.includes(name)).sort()).toEqual([...known].sort());
  });

  it('has commands of all that it speaks of', () => expect(commands).toHaveLength(5));

  it.each(commands.filter((command) => / -- (plan|cost) /.test(command)))('%s', async (command) => {
    const { code, stdout } = await runCli(asOnThePage(command), { cwd: repositoryRoot });
    expect(code).toBe(0);
    expect(shownAfter(command).length).toBeGreaterThan(1);
    expect(stdout.split('\n').map(masked)).toEqual(expect.arrayContaining(shownAfter(command)));
  });

  it('tells what a month costs, within the budget of a month', async () => {
    const cost = await runJson<{ totals: { usdWithFreeTier: number }; otherPlan: { usdWithFreeTier: number } }>(
      ['cost', '--settings', 'docs/examples/own-feeds.json'],
      { cwd: repositoryRoot },
    );
    const [base, demand] = [cost.totals.usdWithFreeTier, cost.otherPlan.usdWithFreeTier];
    expect(page).toContain(`costs $${base.toFixed(3)} before reads are counted, and $${demand.toFixed(3)} after`);
    expect(Math.max(base, demand)).toBeLessThanOrEqual(0.1);
  });

  it('shows the sentence of a wrong parameter, which every command and synthesis say', async () => {
    const file = join(folder, 'wrong.json');
    const custom = [{ name: 'kids', media: 'movie', query: { with_genre: 16 } }];
    writeFileSync(file, JSON.stringify({ feeds: { custom } }));
    const { code, stdout, stderr } = await runCli(['plan', 'daily', '--settings', file]);
    expect([code, stdout]).toEqual([2, '']);
    expect(page).toContain(stderr.trim());
  });
});

describe('the examples', () => {
  const lists = new Map<string, List>();
  const details = new Map<number, Record<string, unknown>>();
  const settingsFile = join(folder, 'settings.json');
  let nowMs = 0;

  beforeAll(async () => {
    // Enough calls for the whole titles of all lists: what they say is compared with the queries.
    writeFileSync(settingsFile, JSON.stringify({ ...JSON.parse(example), details: { callsPerDay: 2_000 } }));
    const [run = '', ...reads] = commands.filter((command) => command.includes('--data-dir'));
    nowMs = Date.now();
    expect((await runCli(asOnThePage(run), { cwd: repositoryRoot })).code).toBe(0);
    for (const read of reads) {
      const list = await runJson<List>([...asOnThePage(read), '--limit', '500'], { cwd: repositoryRoot });
      lists.set(list.feed, list);
    }
    const place = ['--settings', settingsFile, '--data-dir', join(folder, 'data')];
    await runJson(['run', 'weekly', ...place]);
    for (const { mediaType, id } of [...lists.values()].flatMap(({ titles }) => titles.slice(0, 5))) {
      const read = ['read', 'title', mediaType, String(id), '--details', '--region', 'DE'];
      const answer = await runJson<{ details: Record<string, unknown> | null }>([...read, ...place]);
      if (answer.details !== null) {
        details.set(id, answer.details);
      }
    }
  }, 170_000);

  const listOf = (feed: string) => lists.get(feed) ?? expect.fail(`no list ${feed}`);
  const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

  it('hold films for children that are in German cinemas', () => {
    const { from, titles } = listOf('custom_kids_cinema_de/movie/global/de-DE');
    expect(from).toBe('table');
    expect(titles.length).toBeGreaterThan(3);
    for (const { id, title, genreIds } of titles) {
      expect(genreIds.includes(16) || genreIds.includes(10_751), title).toBe(true);
      const known = details.get(id);
      if (known !== undefined) {
        expect(['0', '6'], title).toContain(known.certification);
      }
    }
    expect(titles.filter(({ id }) => details.has(id)).length).toBeGreaterThan(2);
  });

  it('hold new series of one service', () => {
    const { titles } = listOf('custom_new_on_streaming_de/tv/global/de-DE');
    expect(titles.length).toBeGreaterThan(3);
    const days = titles.map(({ releaseDate }) => releaseDate);
    expect(days).toEqual([...days].sort().reverse());
    for (const { id, title, releaseDate } of titles) {
      expect(releaseDate >= dayOf(nowMs - 91 * dayMs) && releaseDate <= dayOf(nowMs), title).toBe(true);
      const watch = details.get(id)?.watch as { subscription: { id: number }[] } | undefined;
      if (watch !== undefined) {
        expect(
          watch.subscription.map((service) => service.id),
          title,
        ).toContain(8);
      }
    }
    expect(titles.filter(({ id }) => details.get(id)?.watch !== undefined).length).toBeGreaterThan(2);
  });

  it('are fetched weekly where they say so', async () => {
    const read = ['read', 'list', 'custom_east_asian_gems', 'movie', '--settings', settingsFile];
    const { titles } = await runJson<{ titles: { originalLanguage: string; voteAverage: number }[] }>([
      ...read,
      '--data-dir',
      join(folder, 'data'),
    ]);
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.every(({ voteAverage }) => voteAverage >= 7.5)).toBe(true);
  });
});
