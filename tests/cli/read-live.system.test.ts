/** `read` and `recommend` beside a running `local`: what no table holds comes from TMDB, and then stands in the table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/local/stack-endpoints.ts';
import { askOverHttp } from '../support/ask-over-http.ts';
import { type CliResult, type RunningCli, startCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { contractProblems } from '../support/openapi-document.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const { runCli, runJson } = cliServer();

type List = {
  from: string;
  stale: boolean;
  freshness: number;
  titles: { id: number; title: string; fellBack: object }[];
};

const cwd = scratchFolder();
let stack: RunningCli;
let endpoints: Record<'http' | 'tmdb' | 'dynamodb', string>;
let httpPort: number;

beforeAll(async () => {
  httpPort = await freePort();
  stack = startCli(['local', '--json', '--no-catch-up', '--http-port', String(httpPort)], { cwd });
  ({ endpoints } = JSON.parse(await stack.line('stdout', '"ready"')) as { endpoints: typeof endpoints });
});
afterAll(async () => {
  stack?.signal('SIGTERM');
  await stack?.ended;
});

const readList = (...args: string[]) => runJson<List>(['read', 'list', ...args], { cwd });

describe('a list that no table holds', () => {
  const french = ['popular', 'movie', '--region', 'FR', '--language', 'fr-FR', '--limit', '100'];

  it('is fetched from TMDB itself, and a moment later is in the table, whole', async () => {
    const first = await readList(...french);
    expect(first).toMatchObject({ feed: 'popular/movie/FR/fr-FR', from: 'tmdb', stale: false });
    expect(first.titles).toHaveLength(20);
    let later = first;
    await until(
      'both pages are in the table',
      async () => {
        later = await readList(...french);
        return later.from === 'table' && later.titles.length === 40;
      },
      60_000,
    );
    expect(later.titles.slice(0, 20).map(({ id }) => id)).toEqual(first.titles.map(({ id }) => id));
    expect(later.freshness).toBeGreaterThan(0.9);
  });

  it('is told to people as from TMDB', async () => {
    const { code, stdout } = await runCli(['read', 'list', 'genre_18', 'tv', '--limit', '1'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^from TMDB itself; freshness 1\.00, /m);
  });

  it('stays unknown to those who name the tables alone', async () => {
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb };
    const result: CliResult = await runCli(['read', 'list', 'award_winning', 'tv'], { cwd, environment });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe(
      'error: the table holds no list award_winning/tv/global/en-US: it was never fetched, or it has expired; `enqueue` asks TMDB for it\n',
    );
  });
});

describe('an id at IMDb that no table holds', () => {
  const ask = async (path: string) => {
    const answer = await fetch(`${endpoints.tmdb}${path}`, { headers: { Authorization: 'Bearer any' } });
    return (await answer.json()) as { results: { id: number }[]; imdb_id: string; tvdb_id: number; name: string };
  };

  it('is looked up at TMDB, and a moment later its title is found in the table', async () => {
    const { results } = await ask('/tv/popular?page=50');
    const id = results[0]?.id ?? 0;
    const { imdb_id: imdb } = await ask(`/tv/${id}/external_ids`);
    const find = (given: string) => runJson(['read', 'find', 'imdb', given], { cwd });
    const first = await find(imdb.toUpperCase());
    expect(first).toMatchObject({
      externalId: { source: 'imdb', id: imdb },
      matches: [{ mediaType: 'tv', id }],
      from: 'tmdb',
      mediaType: 'tv',
      id,
      language: 'en-US',
    });
    await until('its row is in the table', async () => (await find(imdb)).from === 'table', 60_000);
    const { code, stdout } = await runCli(['read', 'find', 'imdb', imdb], { cwd });
    expect([code, stdout.split('\n')[0]]).toEqual([0, `imdb ${imdb} is tv:${id}`]);
    expect(stdout).toMatch(/^from +table$/m);
  });

  it('may be one at TheTVDB, with details', async () => {
    const { results } = await ask('/tv/popular?page=51');
    const { tvdb_id: tvdb, name } = {
      ...(await ask(`/tv/${results[0]?.id}`)),
      ...(await ask(`/tv/${results[0]?.id}/external_ids`)),
    };
    const found = await runJson(['read', 'find', 'tvdb', String(tvdb), '--details', '--region', 'US'], { cwd });
    expect(found).toMatchObject({
      externalId: { source: 'tvdb', id: String(tvdb) },
      title: name,
      details: { region: 'US' },
    });
  });

  it('fails in one sentence where TMDB knows no title with it, and for those who name the tables alone', async () => {
    const unknown = await runCli(['read', 'find', 'imdb', 'tt0000001'], { cwd });
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toBe('error: TMDB knows no film and no series with the imdb id tt0000001\n');
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb };
    const alone = await runCli(['read', 'find', 'imdb', 'tt0000001'], { cwd, environment });
    expect(alone).toMatchObject({ code: 1, stdout: '' });
    expect(alone.stderr).toBe(
      'error: the table holds no title with the imdb id tt0000001, and TMDB is only asked where a stack runs: start one with `local`\n',
    );
  });
});

describe('a title that no table holds', () => {
  it('is fetched from TMDB itself, and a moment later is in the table', async () => {
    const { results } = (await (
      await fetch(`${endpoints.tmdb}/tv/popular?page=40`, { headers: { Authorization: 'Bearer any' } })
    ).json()) as { results: { id: number; name: string }[] };
    const { id = 0, name = '' } = results[0] ?? {};
    const read = () => runJson(['read', 'title', 'tv', String(id)], { cwd });
    expect(await read()).toMatchObject({ from: 'tmdb', id, title: name, language: 'en-US', fellBack: {} });
    await until('it is in the table', async () => (await read()).from === 'table', 60_000);
  });

  it('and that TMDB does not know either, fails in one sentence', async () => {
    const result = await runCli(['read', 'title', 'movie', '999999999'], { cwd });
    expect(result).toEqual({ code: 1, signal: null, stdout: '', stderr: 'error: TMDB knows no movie 999999999\n' });
  });
});

describe('the reader over HTTP', () => {
  it('is where the ready line says, on the port that was asked for', async () => {
    expect(endpoints.http).toBe(`http://127.0.0.1:${httpPort}`);
    const answer = await askOverHttp(endpoints.http, '/v1/health');
    expect(answer.status).toBe(200);
    expect(contractProblems('/v1/health', answer)).toEqual([]);
  });

  it('answers what the command line answers', async () => {
    const answer = await askOverHttp(endpoints.http, '/v1/lists/popular/movie?region=FR&language=fr-FR&limit=5');
    const { titles } = await readList('popular', 'movie', '--region', 'FR', '--language', 'fr-FR', '--limit', '5');
    expect(contractProblems('/v1/lists/{category}/{media}', answer)).toEqual([]);
    expect((JSON.parse(answer.text) as List).titles).toEqual(titles);
  });
});

describe('recommend beside it', () => {
  it('fetches a list where the tables hold none that it could take from, and finds it', async () => {
    const answer = await runJson<{ from: string; picks: unknown[]; feeds: string[] }>(['recommend'], { cwd });
    expect(answer).toMatchObject({ from: 'tmdb', feeds: ['popular/movie/global/en-US'] });
    expect(answer.picks).toHaveLength(10);
  });
});

describe('local', () => {
  it('names no secret and no failure', () => {
    expect(stack.stderr()).not.toMatch(/token-of-the-simulator|Bearer|error/i);
  });
});
