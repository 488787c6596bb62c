import { describe, expect, test } from 'vitest';
import { virtualClock } from '../support/virtual-clock.ts';
import { clientForTest, type ListBody } from './simulator-fixture.ts';

const dayMs = 86_400_000;
type Changes = { changes: { key: string; items: { time: string; value: string; original_value: string }[] }[] };

describe('the lists of changes', () => {
  test('have about one film in 200 and one series in 50 a day', async () => {
    const client = await clientForTest();
    const total = async (media: string) => {
      const { body } = await client.get(`/${media}/changes?start_date=2026-11-20&end_date=2026-11-20`);
      return body.total_results;
    };
    const [movies, series] = [await total('movie'), await total('tv')];
    expect(movies).toBeGreaterThan(10);
    expect(movies).toBeLessThan(50);
    expect(series).toBeGreaterThan(40);
    expect(series).toBeLessThan(90);
  });

  test('are pages of a hundred, each title once', async () => {
    const client = await clientForTest();
    const read = async (page: number) => (await client.get(`/tv/changes?start_date=2026-11-10&page=${page}`)).body;
    const first = await read(1);
    const pages = await Promise.all(Array.from({ length: first.total_pages }, (_, index) => read(index + 1)));
    const ids = pages.flatMap(({ results }) => results.map(({ id }) => id));
    expect(first.results).toHaveLength(100);
    expect(Object.keys(first.results[0] ?? {})).toEqual(['id', 'adult']);
    expect(new Set(ids).size).toBe(first.total_results);
    expect((await read(first.total_pages + 1)).results).toEqual([]);
  });

  test('are of yesterday and today by default, and of fourteen days at most', async () => {
    const client = await clientForTest();
    const of = async (query: string) => (await client.get<ListBody>(`/movie/changes${query}`)).body.results;
    expect(await of('')).toEqual(await of('?start_date=2026-11-22&end_date=2026-11-23'));
    expect((await client.get('/movie/changes?start_date=2026-11-09')).status).toBe(200);
    expect((await client.get('/movie/changes?start_date=2026-11-08')).status).toBe(422);
    expect((await client.get('/movie/changes?start_date=2026-11-20&end_date=2026-11-19')).status).toBe(422);
    expect((await client.get('/movie/changes?start_date=yesterday')).status).toBe(400);
  });

  test('do not say of some whether they are for adults, where rows are odd', async () => {
    const client = await clientForTest({ faults: { oddRows: true } });
    const { body } = await client.get('/tv/changes?start_date=2026-11-10');
    expect(body.results.some(({ adult }) => adult === null)).toBe(true);
  });
});

describe('a title that is in them', () => {
  test('says what changed, and its details say it from then on', async () => {
    const clock = virtualClock();
    const client = await clientForTest({ clock });
    const before = new Map<number, unknown>();
    for (const { id } of await client.rows('/tv/popular')) {
      before.set(id, (await client.get<{ tagline: string }>(`/tv/${id}`)).body.tagline);
    }
    // Fourteen days later a quarter of the series have changed.
    await clock.advance(14 * dayMs);
    const today = new Date(clock.nowMs()).toISOString().slice(0, 10);
    const start = new Date(clock.nowMs() - 13 * dayMs).toISOString().slice(0, 10);
    let changed = 0;
    for (const [id, tagline] of before) {
      const { body } = await client.get<Changes>(`/tv/${id}/changes?start_date=${start}&end_date=${today}`);
      const items = body.changes.flatMap((one) => one.items);
      const now = (await client.get<{ tagline: string }>(`/tv/${id}`)).body.tagline;
      if (items.length === 0) {
        expect(now).toBe(tagline);
      } else {
        changed += 1;
        expect(items[0]?.value).toBe(now);
        expect(items.at(-1)?.original_value).toBe(tagline);
        expect(items[0]?.time).toMatch(/^2026-1[12]-\d\d \d\d:\d\d:\d\d UTC$/);
      }
    }
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThan(before.size);
  });
});
