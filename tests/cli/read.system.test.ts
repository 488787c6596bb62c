/** `read` on the tables that one daily run left: lists of which a test knows every row. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, oneDocument } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { type ListServer, startListServer } from '../support/list-server.ts';
import { schemaProblems } from '../support/openapi-document.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables } from '../support/table-dump.ts';

const { runCli, runJson } = cliServer();

const folder = scratchFolder();
const dataDir = join(folder, 'data');
let server: ListServer;
let ids: number[];
let tables: Awaited<ReturnType<typeof dumpTables>>;

beforeAll(async () => {
  server = await startListServer(undefined, (rows, path) => (path === '/trending/tv/day' ? [] : rows));
  ids = server.rows('/movie/popular', 1).map(({ id }) => id as number);
  const environment = { TMDB_BASE_URL: server.baseUrl, TMDB_API_TOKEN: 'token' };
  await runJson(['run', 'daily', '--data-dir', dataDir], { cwd: folder, environment });
  tables = await dumpTables(dataDir);
});
afterAll(() => server?.close());

const read = (...args: string[]): Promise<CliResult> =>
  runCli(['read', ...args, '--data-dir', dataDir], { cwd: folder });
const readJson = (...args: string[]) => runJson(['read', ...args, '--data-dir', dataDir], { cwd: folder });

describe('read list', () => {
  it('--json is one document: the list, where it comes from and how old it is', async () => {
    const { feed, ...answer } = await readJson('list', 'popular', 'movie', '--limit', '3');
    expect(feed).toBe('popular/movie/global/en-US');
    expect(answer).toMatchObject({
      from: 'table',
      stale: false,
      titles: [1, 2, 3].map((rank) => ({
        rank,
        id: ids[rank - 1],
        title: `Film 1-${rank}`,
        stale: false,
        fellBack: {},
      })),
    });
    expect(answer.freshness).toBeGreaterThan(0.9);
    // The same answer as over HTTP, but that a feed is told by its id.
    const [category, media, region, language] = String(feed).split('/');
    const overHttp = { ...answer, feed: { category, media, region, language } };
    expect(schemaProblems({ $ref: '#/components/schemas/List' }, overHttp)).toEqual([]);
  });

  it('is a table for people, with the same at its end', async () => {
    const { code, stdout, stderr } = await read('list', 'popular', 'movie', '--limit', '2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^popular\/movie\/global\/en-US, fetched \d{4}-\d\d-\d\dT[\d:.]+Z$/),
      expect.stringMatching(/^rank {2}title {5}kind {3} *id {2}year {2}average {2}votes$/),
      expect.stringMatching(/^ +1 {2}Film 1-1 {2}movie {2}\d+ {2}1999 +8\.4 {2}27044$/),
      expect.stringMatching(/^ +2 {2}Film 1-2 {2}movie {2}\d+ {2}1999 +8\.4 {2}27044$/),
      expect.stringMatching(/^from the table; freshness (1\.00|0\.9\d), fresh until 20\S+Z, expires at 20\S+Z$/),
    ]);
  });

  it('says what filters did, and which titles pass', async () => {
    const years = await read('list', 'popular', 'movie', '--year-to', '1999', '--offset', '39', '--limit', '5');
    expect(years.stdout.trimEnd().split('\n').slice(2, 4)).toEqual([
      expect.stringMatching(/^ +40 {2}Film \S+ {2}movie {2}\d+ {2}1999/),
      '40 of 40 titles pass the filters',
    ]);
    const [none, beyond, end, noDetails, ...empty] = await Promise.all([
      read('list', 'popular', 'movie', '--min-votes', '10000000'),
      read('list', 'popular', 'movie', '--year-to', '1999', '--offset', '40'),
      read('list', 'popular', 'movie', '--offset', '40'),
      read('list', 'popular', 'movie', '--exclude-countries', 'IN'),
      read('list', 'trending', 'tv'),
      read('list', 'trending', 'tv', '--min-votes', '1', '--offset', '5'),
    ]);
    for (const { code, stdout } of empty) {
      expect([code, stdout.split('\n')[0]]).toEqual([0, 'TMDB lists nothing in trending/tv/global/en-US']);
    }
    const id = 'popular/movie/global/en-US';
    expect(none).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^nothing in \S+ passes\n0 of 40 titles pass/),
    });
    expect(beyond.stdout).toMatch(new RegExp(`^40 titles in ${id} pass: --offset must be smaller\n40 of 40`));
    expect(end.stdout).toMatch(new RegExp(`^${id} ends before title 41\nfrom the table`));
    expect(noDetails.stdout).toMatch(/ of 40 titles pass the filters; \d+ lack details that the filters need\n/);
  });

  it('gives a list in another language where it is not there in the asked one, and says so of each field', async () => {
    const { titles, ...answer } = await readJson('list', 'popular', 'movie', '--language', 'de-DE', '--limit', '1');
    expect(answer).toMatchObject({ feed: 'popular/movie/global/de-DE', from: 'table' });
    const all = { title: 'en-US', overview: 'en-US', posterPath: 'en-US', backdropPath: 'en-US' };
    expect(titles).toMatchObject([{ title: 'Film 1-1', fellBack: all }]);
  });

  it.each([
    [
      'hidden_gems movie',
      'the table holds no list hidden_gems/movie/global/en-US: it was never fetched, or it has expired; `enqueue` asks TMDB for it',
    ],
    [
      'popular movie --region DE',
      'the table holds no list popular/movie/DE/en-US: it was never fetched, or it has expired; `enqueue` asks TMDB for it',
    ],
  ])('%s, which is not there, fails in one sentence', async (typed, sentence) => {
    const text = await read('list', ...typed.split(' '));
    const json = await read('list', ...typed.split(' '), '--json');
    expect(text).toEqual({ code: 1, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
    expect(json).toMatchObject({ code: 1, stderr: text.stderr });
    expect(oneDocument(json.stdout)).toEqual({ error: { code: 'not_in_table', message: sentence } });
  });
});

describe('read title', () => {
  it('--json is one document: the title, where it comes from and how old it is', async () => {
    const title = await readJson('title', 'movie', String(ids[4]));
    expect(title).toMatchObject({
      from: 'table',
      stale: false,
      mediaType: 'movie',
      id: ids[4],
      language: 'en-US',
      title: 'Film 1-5',
      originalTitle: 'Fight Club',
      overview: 'A ticking-time-bomb insomniac.',
      fellBack: {},
    });
    expect(title.freshness).toBeGreaterThan(0.9);
    expect(title).not.toHaveProperty('problem');
  });

  it('says which fields are in which other language', async () => {
    const title = await readJson('title', 'movie', String(ids[4]), '--language', 'ja-JP', '--region', 'JP');
    const all = { title: 'en-US', overview: 'en-US', posterPath: 'en-US', backdropPath: 'en-US' };
    expect(title).toMatchObject({ language: 'ja-JP', title: 'Film 1-5', fellBack: all });
  });

  it('is a table for people', async () => {
    const { code, stdout, stderr } = await read('title', 'movie', String(ids[4]));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of [/^what +value$/, /^title +Film 1-5$/, /^from +table$/, /^stale +false$/, /^genreIds +5, 35$/]) {
      expect(stdout).toMatch(new RegExp(line.source, 'm'));
    }
    expect(stdout).not.toContain('undefined');
    expect(stdout).not.toContain('[object');
  });

  it('--details has what is known beyond the card, and where it stands that nothing is', async () => {
    const { details, images, ...card } = await readJson(
      'title',
      'movie',
      String(ids[4]),
      '--details',
      '--region',
      'BR',
    );
    expect(card).toMatchObject({ title: 'Film 1-5', stale: true });
    expect(schemaProblems({ $ref: '#/components/schemas/Details' }, details)).toEqual([]);
    expect(schemaProblems({ $ref: '#/components/schemas/Images' }, images)).toEqual([]);
    expect(details).toMatchObject({
      region: 'BR',
      watch: null,
      regionProblem: expect.stringContaining('kept are those of US'),
    });
    const { code, stdout } = await read('title', 'movie', String(ids[4]), '--details');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^details$[\s\S]*^where to watch in US\nunknown$[\s\S]*^watch +unknown$/m);
  });

  it.each([
    [['--details', '--region', 'UK'], /unknown region 'UK'/],
    [['--details=yes'], /--details/],
  ])('%j is wrong usage', async (typed, message) => {
    const { code, stdout, stderr } = await read('title', 'movie', String(ids[4]), ...typed);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('that is not there fails in one sentence', async () => {
    const sentence =
      'the table holds no tv 999999 in en-US: no list that was fetched has it, or it has expired; `enqueue` a list that has it';
    const text = await read('title', 'tv', '999999');
    const json = await read('title', 'tv', '999999', '--json');
    expect(text).toEqual({ code: 1, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
    expect(oneDocument(json.stdout)).toEqual({ error: { code: 'not_in_table', message: sentence } });
  });
});

describe('what a person looks at', () => {
  it('is neither counted nor asked for, and calls nobody', async () => {
    expect(tables.control.length).toBeGreaterThan(5);
    expect(await dumpTables(dataDir)).toEqual(tables);
    expect(server.requests).toHaveLength(7);
  });
});
