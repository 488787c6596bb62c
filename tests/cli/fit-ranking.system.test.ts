/** `fit-ranking` on the tables that one daily run left. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cliServer } from '../support/cli-server.ts';
import { type ListServer, startListServer } from '../support/list-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const { runCli, runJson } = cliServer();

type Pick = { mediaType: string; id: number; voteAverage: number };
type Fitted = {
  titles: { known: number; unknown: number };
  viewers: number;
  likes: number;
  right: { present: number; fitted: number };
  settings: { reader: { ranking: { weights: Record<string, number> } } };
};

const folder = scratchFolder();
const dataDir = join(folder, 'data');
let server: ListServer;

beforeAll(async () => {
  server = await startListServer();
  const environment = { TMDB_BASE_URL: server.baseUrl, TMDB_API_TOKEN: 'token' };
  await runJson(['run', 'daily', '--data-dir', dataDir], { cwd: folder, environment });
  const { picks } = await runJson<{ picks: Pick[] }>(['recommend', '--limit', '100', '--data-dir', dataDir], {
    cwd: folder,
  });
  // Everybody likes what is rated best, each a few of them.
  const best = picks.toSorted((a, b) => b.voteAverage - a.voteAverage).slice(0, 20);
  const lines = Array.from({ length: 24 }, (_, viewer) =>
    Array.from({ length: 6 }, (_each, n) => {
      const { mediaType, id } = best[(viewer + 3 * n) % best.length] as Pick;
      return `v${viewer},${mediaType},${id},2026-11-${String(10 + n)}T20:00:00Z`;
    }),
  ).flat();
  const missing = 'v1,movie,999999999,2026-11-01T20:00:00Z';
  writeFileSync(join(folder, 'likes.csv'), ['viewer,media,id,at', missing, ...lines].join('\n'));
  writeFileSync(join(folder, 'few.csv'), lines.slice(0, 12).join('\n'));
  writeFileSync(join(folder, 'wrong.csv'), 'v1,film,1,2026-11-01\n');
});
afterAll(() => server?.close());

const fitting = (likes: string, ...args: string[]) => ['fit-ranking', '--likes', likes, '--data-dir', dataDir, ...args];

it('prints weights that put what was liked first, as settings that recommend takes', async () => {
  const fitted = await runJson<Fitted>(fitting('likes.csv'), { cwd: folder });
  expect(fitted.titles).toEqual({ known: 20, unknown: 1 });
  expect([fitted.viewers, fitted.likes]).toEqual([24, 72]);
  expect(fitted.right.fitted).toBeGreaterThan(0.5);
  writeFileSync(join(folder, 'fitted.json'), JSON.stringify(fitted.settings));
  const args = ['recommend', '--settings', 'fitted.json', '--data-dir', dataDir];
  expect((await runJson<{ picks: Pick[] }>(args, { cwd: folder })).picks).toHaveLength(10);
  expect(await runJson<Fitted>(fitting('likes.csv'), { cwd: folder })).toEqual(fitted);
});

it('says it in words, with what to put into the settings', async () => {
  const { stdout, code } = await runCli(fitting('likes.csv'), { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /of a like and another title the like comes first: \d+\.\d % with the weights now, \d+\.\d % with/,
  );
  expect(stdout).toContain('"ranking": {');
});

it.each([
  ['wrong.csv', "line 1: 'v1,film,1,2026-11-01' is no like: allowed is viewer,media,id,at"],
  ['few.csv', 'too little to learn from: of titles that the table has, 2 viewers have a like after 3 others'],
  ['missing.csv', "--likes 'missing.csv' cannot be read: ENOENT"],
])('refuses %s in one sentence', async (file, sentence) => {
  const { stderr, code } = await runCli(fitting(file), { cwd: folder });
  expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
  expect(stderr).toContain(sentence);
});
