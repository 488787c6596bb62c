/** `recommend` on the tables that one daily run left. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneDocument } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { type ListServer, startListServer } from '../support/list-server.ts';
import { schemaProblems } from '../support/openapi-document.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const { runCli, runJson } = cliServer();

type Pick = { mediaType: string; id: number; title: string; score: number; why: string; genreIds: number[] };
type Answer = { picks: Pick[]; candidates: number; feeds: string[]; unknownLiked: unknown[]; from: string };

const folder = scratchFolder();
const dataDir = join(folder, 'data');
let server: ListServer;
let all: Answer;

const recommend = (...args: string[]) => runCli(['recommend', ...args, '--data-dir', dataDir], { cwd: folder });
const recommendJson = (...args: string[]) =>
  runJson<Answer>(['recommend', ...args, '--data-dir', dataDir], { cwd: folder });
const refOf = ({ mediaType, id }: Pick) => `${mediaType}:${id}`;

beforeAll(async () => {
  server = await startListServer();
  const environment = { TMDB_BASE_URL: server.baseUrl, TMDB_API_TOKEN: 'token' };
  await runJson(['run', 'daily', '--data-dir', dataDir], { cwd: folder, environment });
  all = await recommendJson('--limit', '100');
});
afterAll(() => server?.close());

describe('recommend', () => {
  it('--json is one document: titles with score and why, where they come from and how old they are', () => {
    expect(schemaProblems({ $ref: '#/components/schemas/Recommendation' }, all)).toEqual([]);
    // Two pages of popular films and series, one page each of the trending ones; the mixed list is no source of its own.
    expect(all).toMatchObject({ from: 'table', stale: false, candidates: 120, unknownLiked: [] });
    expect([...all.feeds].sort()).toEqual(
      ['popular/movie', 'popular/tv', 'trending/movie', 'trending/tv'].map((feed) => `${feed}/global/en-US`),
    );
    expect(all.picks).toHaveLength(100);
    expect(new Set(all.picks.map(refOf)).size).toBe(100);
  });

  it('gives ten unless it is told how many, best first, and the same each time', async () => {
    const [first, again] = await Promise.all([recommendJson(), recommendJson('--limit', '10')]);
    expect(first.picks).toHaveLength(10);
    expect(again.picks.map(refOf)).toEqual(first.picks.map(refOf));
    const best = Math.max(...all.picks.map(({ score }) => score));
    expect(first.picks[0]?.score).toBe(best);
  });

  it('leaves out what was liked and seen, and names what it does not know', async () => {
    const [liked, seen] = [all.picks.slice(0, 3).map(refOf), all.picks.slice(3, 6).map(refOf)];
    const args = ['--liked', [...liked, 'movie:999999999'].join(), '--seen', seen.join(), '--limit', '100'];
    const answer = await recommendJson(...args);
    const given = answer.picks.map(refOf);
    expect(given).toHaveLength(100);
    expect([...liked, ...seen].filter((ref) => given.includes(ref))).toEqual([]);
    expect(answer).toMatchObject({ candidates: 114, unknownLiked: [{ mediaType: 'movie', id: 999_999_999 }] });
  });

  it('puts first what shares most with what was liked', async () => {
    const film = all.picks.find(({ mediaType, genreIds }) => mediaType === 'movie' && genreIds[0] === 3);
    const { picks } = await recommendJson('--liked', refOf(film as Pick), '--media', 'movie', '--limit', '1');
    expect(picks[0]?.genreIds).toEqual([3, 35]);
    expect(picks[0]?.why).toMatch(/^like Film \d-\d+/);
  });

  it('gives one kind when it is asked for one', async () => {
    const { picks, candidates } = await recommendJson('--media', 'tv', '--genres', '35');
    expect(candidates).toBe(60);
    expect(new Set(picks.map(({ mediaType }) => mediaType))).toEqual(new Set(['tv']));
    expect(picks.every(({ genreIds }) => genreIds.includes(35))).toBe(true);
  });

  it('is a table for people, with why', async () => {
    const { code, stdout, stderr } = await recommend('--limit', '2', '--liked', 'tv:999999999');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      '2 of 120 titles in 4 lists',
      expect.stringMatching(/^ +title +kind +id +year +score +why$/),
      expect.stringMatching(/^1 {2}\S.* (movie|tv) +\d+ .*0\.\d\d {2}\w/),
      expect.stringMatching(/^2 {2}\S.* (movie|tv) +\d+ .*0\.\d\d {2}\w/),
      expect.stringMatching(/^from the table; freshness (1\.00|0\.9\d), fresh until 20\S+Z, expires at 20\S+Z$/),
      'nothing is known of tv:999999999',
    ]);
  });

  it('fails in one sentence where nothing is left', async () => {
    const films = ['/movie/popular', '/movie/popular', '/trending/movie/day'].flatMap((path, index) =>
      server.rows(path, index === 1 ? 2 : 1).map(({ id }) => `movie:${id}`),
    );
    const result = await recommend('--media', 'movie', '--seen', films.join(), '--json');
    const sentence = 'nothing to recommend: of 0 titles none is left';
    expect(result).toMatchObject({ code: 1, stderr: `error: ${sentence}\n` });
    expect(oneDocument(result.stdout)).toEqual({ error: { code: 'nothing_to_recommend', message: sentence } });
  });

  it('says of filters that nothing passes only how many titles they looked at', async () => {
    const { code, stderr } = await recommend('--media', 'movie', '--year-from', '2100');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: nothing to recommend: 0 of \d+ titles pass the filters\n$/),
    ]);
  });
});
