/** `docs/reader-openapi.json` against what the reader's bundle answers, on the embedded stack. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sent } from '../../support/ask-over-http.ts';
import { contractProblems, documentedPaths, statusesOf } from '../../support/openapi-document.ts';
import { type ServedReader, startServedReader } from '../../support/served-reader.ts';

const [lists, titles, recommendations, health] = [
  '/v1/lists/{category}/{media}',
  '/v1/titles/{media}/{id}',
  '/v1/recommendations',
  '/v1/health',
] as const;

let served: ServedReader;
/** Ids of a film that the table has, and of one that it has not. */
let listed: number;
let unlisted: number;
/** Statuses that the bundle has answered, by path of the document. */
const seen = new Map<string, Set<string>>(documentedPaths.map((path) => [path, new Set()]));

beforeAll(async () => {
  served = await startServedReader('token-of-the-contract');
  const idOf = async (page: number) => {
    const { results } = (await served.askTmdb(`/movie/popular?page=${page}`)) as { results: { id: number }[] };
    return results[0]?.id ?? 0;
  };
  [listed, unlisted] = [await idOf(1), await idOf(60)];
  served.simulator.setFaults({
    rules: [
      { kind: 'unavailable', path: 'it-IT' },
      { kind: 'notFound', path: '8888888' },
    ],
  });
});
afterAll(() => served?.stop(), 30_000);

/** Asks, and holds the answer against the document. */
async function asDocumented(path: string, target: string, sent?: Sent) {
  const answer = await served.ask(target, sent);
  expect(contractProblems(path, answer), `${answer.status} ${answer.text.slice(0, 500)}`).toEqual([]);
  seen.get(path)?.add(String(answer.status));
  return { ...answer, body: answer.text === '' ? undefined : JSON.parse(answer.text) };
}

describe('a list', () => {
  it.each([
    ['popular/movie', 'table'],
    ['popular/movie?limit=500', 'table'],
    ['popular/movie', 'memory'],
    ['trending/all?limit=1', 'table'],
    ['popular/tv?language=de-DE', 'tmdb'],
    ['trending/movie?region=JP&language=ja-JP', 'tmdb'],
    ['local_originals/movie?region=KR&language=ko-KR&limit=5', 'tmdb'],
    ['genre_18/tv', 'tmdb'],
    ['hidden_gems/movie', 'tmdb'],
    ['genre_9999999/movie', 'tmdb'],
    ['genre_9999999/movie', 'memory'],
    ['genre_9999999/movie?minVotes=1', 'memory'],
    ['popular/movie?excludeGenres=27&yearFrom=1950&originalLanguages=en,ja&limit=3', 'table'],
    ['popular/movie?minVotes=1&minVoteAverage=0.5&offset=10000', 'memory'],
    ['popular/movie?providers=8,9&excludeCountries=IN&maxCertification=R&includeAdult=true&offset=1', 'table'],
  ])('%s from %s', async (list, from) => {
    const { status, body } = await asDocumented(lists, `/v1/lists/${list}`);
    expect({ status, from: body.from }).toEqual({ status: 200, from });
  });

  it.each([
    ['nonsense/movie', 400],
    ['popular/movie?limit=501', 400],
    ['popular/movie?nonsense=1', 400],
    ['popular/movie?genres=18&excludeGenres=18', 400],
    ['popular/movie?providers=8&region=DE', 400],
    ['popular/movie?maxCertification=12', 400],
    ['popular/all', 400],
    ['%ff/movie', 400],
    ['genre_8888888/movie', 404],
    ['award_winning/tv?language=it-IT', 503],
  ])('%s is a %i', async (list, status) => {
    expect(await asDocumented(lists, `/v1/lists/${list}`)).toMatchObject({ status });
  });
});

describe('a title', () => {
  it('from the table, in its language and in one that is missing', async () => {
    const { body } = await asDocumented(titles, `/v1/titles/movie/${listed}`);
    expect(body).toMatchObject({ from: 'table', title: { id: listed, fellBack: {} } });
    const other = await asDocumented(titles, `/v1/titles/movie/${listed}?language=fr-FR&region=FR`);
    expect(other.body.title).toMatchObject({ language: 'fr-FR', fellBack: { overview: 'en-US' } });
  });

  it('from TMDB', async () => {
    const { body } = await asDocumented(titles, `/v1/titles/movie/${unlisted}?language=de-DE`);
    expect(body).toMatchObject({ from: 'tmdb', title: { id: unlisted } });
  });

  it.each([
    ['book/1', 400],
    ['movie/abc', 400],
    ['movie/1?limit=1', 400],
    ['movie/999999999', 404],
    ['tv/999999998?language=it-IT', 503],
  ])('%s is a %i', async (title, status) => {
    expect(await asDocumented(titles, `/v1/titles/${title}`)).toMatchObject({ status });
  });
});

describe('a recommendation', () => {
  it.each([
    '',
    '?media=movie&limit=100',
    '?genres=18,35&region=DE&language=de-DE&hour=20&adult=true',
    '?excludeGenres=27&yearFrom=1950&minVotes=10&variety=0.3&offset=2&limit=5',
  ])('that asks %j', async (query) => {
    const { status, body } = await asDocumented(recommendations, `/v1/recommendations${query}`);
    expect(status).toBe(200);
    // Whole titles may not be in the table yet.
    expect(body.picks.length + (body.filtered?.withoutDetails ?? 0)).toBeGreaterThan(0);
  });

  it('that asks for services: of most titles this stack knows no details', async () => {
    const { body } = await asDocumented(recommendations, '/v1/recommendations?providers=8,9&limit=100');
    expect(body.filtered.withoutDetails).toBeGreaterThan(0);
    expect(body.picks).toHaveLength(body.filtered.matched);
  });

  it('that knows what was liked and seen, in part', async () => {
    const query = `liked=movie:${listed},tv:999999997&seen=movie:${unlisted}`;
    const { body } = await asDocumented(recommendations, `/v1/recommendations?${query}`);
    expect(body.unknownLiked).toEqual([{ mediaType: 'tv', id: 999_999_997 }]);
    expect(body.picks.map(({ id }: { id: number }) => id)).not.toContain(listed);
  });

  it.each(['liked=550', 'variety=1.1', 'yearFrom=2001&yearTo=2000'])('that is wrong: %s', async (query) => {
    expect(await asDocumented(recommendations, `/v1/recommendations?${query}`)).toMatchObject({ status: 400 });
  });
});

describe('health', () => {
  it('is told', async () => {
    const { body } = await asDocumented(health, '/v1/health');
    expect(body).toMatchObject({ table: 'ok', memory: { entries: expect.any(Number) } });
  });

  it('takes no parameter', async () => {
    expect(await asDocumented(health, '/v1/health?verbose=1')).toMatchObject({ status: 400 });
  });
});

describe('whatever is asked', () => {
  const targets = () => [
    [lists, '/v1/lists/popular/movie'],
    [titles, `/v1/titles/movie/${listed}`],
    [recommendations, '/v1/recommendations'],
    [health, '/v1/health'],
  ];

  it('is a 304 when the client has it', async () => {
    for (const [path, target] of targets().slice(0, 3) as [string, string][]) {
      const { headers } = await asDocumented(path, target);
      const sent = { headers: { 'if-none-match': `"other", ${headers.etag}` } };
      expect(await asDocumented(path, target, sent)).toMatchObject({ status: 304 });
    }
  });

  it('is a 405 by another method', async () => {
    for (const [path, target] of targets() as [string, string][]) {
      expect(await asDocumented(path, target, { method: 'DELETE' })).toMatchObject({ status: 405 });
    }
  });

  it('gets every status that is documented, but those of faults that this stack has not', () => {
    // Those are held against the document over a scripted reader (router-refusals.test.ts).
    const elsewhere = (path: string) => (path === recommendations ? ['404', '500', '503'] : ['500']);
    for (const path of documentedPaths) {
      expect([...(seen.get(path) ?? []), ...elsewhere(path)].sort(), path).toEqual(statusesOf(path));
    }
  });
});
