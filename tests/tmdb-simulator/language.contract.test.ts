import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Row, startClient } from './simulator-fixture.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

async function manyRows(path: string, query: string): Promise<Row[]> {
  const pages = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((page) => client.rows(`${path}?${query}&page=${page}`));
  return (await Promise.all(pages)).flat();
}

describe('languages', () => {
  test('the default is English', async () => {
    expect(await client.rows('/movie/popular')).toEqual(await client.rows('/movie/popular?language=en-US'));
  });

  test('a language changes titles and overviews and nothing else', async () => {
    const [english, german] = await Promise.all([
      manyRows('/movie/popular', 'language=en-US'),
      manyRows('/movie/popular', 'language=de-DE'),
    ]);
    const withoutText = (rows: Row[]) => rows.map((row) => ({ ...row, title: '', overview: '' }));
    expect(withoutText(german)).toEqual(withoutText(english));
    const translated = german.filter((row, index) => row.title !== english[index]?.title && row.overview !== '');
    expect(translated.length).toBeGreaterThan(50);
  });

  test.each(['ja-JP', 'hi-IN', 'fr-FR'])('in %s each field falls back on its own', async (language) => {
    const rows = await manyRows('/movie/popular', `language=${language}`);
    const foreign = rows.filter((row) => row.original_language !== language.slice(0, 2));
    const cases = {
      both: foreign.filter((row) => row.title !== row.original_title && row.overview !== ''),
      onlyTitle: foreign.filter((row) => row.title !== row.original_title && row.overview === ''),
      onlyOverview: foreign.filter((row) => row.title === row.original_title && row.overview !== ''),
    };
    expect(cases.both.length).toBeGreaterThan(0);
    expect(cases.onlyTitle.length).toBeGreaterThan(0);
    expect(cases.onlyOverview.length).toBeGreaterThan(0);
  });

  test('scripts are real', async () => {
    const scripts = {
      ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
      ko: /\p{Script=Hangul}/u,
      hi: /\p{Script=Devanagari}/u,
    };
    for (const [language, script] of Object.entries(scripts)) {
      const rows = await client.rows(`/discover/movie?with_original_language=${language}&language=${language}`);
      expect(rows).toHaveLength(20);
      for (const row of rows) {
        expect(row.original_title).toMatch(script);
        expect(row.title).toBe(row.original_title);
      }
    }
  });

  test('a language without any translation gives original titles and empty overviews', async () => {
    for (const row of await client.rows('/tv/popular?language=sv-SE')) {
      expect(row.overview).toBe('');
      expect(row.name).toBe(row.original_name);
    }
  });

  test('overviews are 80 to 900 characters long, and a few are missing', async () => {
    const rows = [
      ...(await manyRows('/movie/popular', 'language=en-US')),
      ...(await manyRows('/tv/popular', 'language=ja-JP')),
    ];
    const lengths = rows.map((row) => String(row.overview).length).filter((length) => length > 0);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(80);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(900);
    expect(Math.max(...lengths)).toBeGreaterThan(500);
    expect(lengths.length).toBeLessThan(rows.length);
  });
});
