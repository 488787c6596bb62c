import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ListAnswer, Provenance, RecommendAnswer, TitleAnswer } from '../../src/reader/reader-api.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { anyHistory, type ReaderAct } from '../support/arbitrary-reads.ts';
import { type ReaderHistory, readerHistory } from '../support/reader-history.ts';

/** Three soft periods and a tenth of one for jitter; of a title with its half day of imprecision. */
const mostHours = { popular: 74.4, trending: 12.4, title: 3 * 168 + 16.8 + 12 };

type Texts = { title: string; overview: string; posterPath: string | null };

/** Rows that came in through the table and that these texts are from. */
function rowsShown({ rows }: ReaderHistory, { title, overview, posterPath }: Texts) {
  const serials = [title, overview, posterPath ?? ''].flatMap((text) => /^\/?r(\d+)$/.exec(text)?.[1] ?? []);
  return [...new Set(serials)].map((serial) => {
    const row = rows[Number(serial)];
    const [fetchedMs, freshUntilMs] = [Date.parse(row?.fetchedAt ?? ''), Date.parse(row?.freshUntil ?? '')];
    const ofList = row !== undefined && 'category' in row;
    return { fetchedMs, freshUntilMs, expiresMs: (row?.expiresAt ?? 0) * 1_000, ofList };
  });
}

/** Whether all of these texts are from the table. */
function isOfTable({ title, overview, posterPath }: Texts): boolean {
  return [title, overview, posterPath ?? ''].every((text) => text === '' || /^\/?r\d+$/.test(text));
}

type Life = ReturnType<typeof rowsShown>[number];

/** The list's row that an entry shows, where it shows nothing of its title's rows. */
function onlyRow(lives: readonly Life[]): Life | undefined {
  return lives.length === 1 && lives[0]?.ofList === true ? lives[0] : undefined;
}

function expectAlive(lives: readonly Life[], nowMs: number): void {
  for (const { expiresMs } of lives) {
    expect(expiresMs).toBeGreaterThan(nowMs);
  }
}

/** An answer that is made of these rows must have their age: the oldest fetch, the earliest ends. */
function expectAge(answer: Provenance, fresh: readonly Life[], all: readonly Life[], nowMs: number): void {
  const fetchedMs = Math.min(...fresh.map((life) => life.fetchedMs));
  const freshUntilMs = Math.min(...fresh.map((life) => life.freshUntilMs));
  const expiresMs = Math.min(...all.map((life) => life.expiresMs));
  expect(Date.parse(answer.fetchedAt ?? '')).toBe(fetchedMs);
  expect(Date.parse(answer.freshUntil ?? '')).toBe(freshUntilMs);
  expect(Date.parse(answer.expiresAt ?? '')).toBe(expiresMs);
  expect(answer.stale).toBe(freshUntilMs <= nowMs);
  expect(answer.ageSeconds).toBe(nowMs < fetchedMs ? 0 : Math.floor((nowMs - fetchedMs) / 1_000));
  const left = (expiresMs - nowMs) / (expiresMs - fetchedMs);
  const isOfSomeLife = expiresMs > fetchedMs;
  expect(Math.abs(answer.freshness - (isOfSomeLife ? Math.min(1, left) : 0))).toBeLessThanOrEqual(5.1e-5);
}

/** What every answer says of itself, whatever it is made of. */
function expectTruthful(
  answer: Provenance,
  shown: number,
  did: { answers: number; calls: number },
  nowMs: number,
): void {
  expect(answer.from === 'none').toBe(shown === 0);
  expect(answer.fetchedAt === null).toBe(shown === 0);
  if (shown > 0) {
    expect(answer.expiresAt !== null && Date.parse(answer.expiresAt) > nowMs).toBe(true);
    expect(answer.stale).toBe(Date.parse(answer.freshUntil ?? '') <= nowMs);
    expect(answer.freshness).toBeGreaterThanOrEqual(0);
    expect(answer.freshness).toBeLessThanOrEqual(1);
  } else {
    expect([answer.stale, answer.freshness, answer.expiresAt]).toEqual([false, 0, null]);
  }
  if (answer.from === 'table') {
    expect(did.answers).toBeGreaterThan(0);
  }
  if (answer.from === 'tmdb') {
    expect(did.calls).toBeGreaterThan(0);
  }
}

function expectEntry(entry: ListAnswer['titles'][number], shown: readonly Life[], mostHoursOld: number, nowMs: number) {
  const own = onlyRow(shown);
  if (own !== undefined) {
    expect(entry.stale).toBe(own.freshUntilMs <= nowMs);
  } else if (shown.length === 0) {
    expect((nowMs - Date.parse(entry.fetchedAt)) / hourMs).toBeLessThan(mostHoursOld);
  }
}

function expectList(history: ReaderHistory, { titles, ...answer }: ListAnswer, nowMs: number): void {
  const lives = titles.map((entry) => rowsShown(history, entry));
  expectAlive(lives.flat(), nowMs);
  const mostHoursOld = answer.feed.category === 'popular' ? mostHours.popular : mostHours.trending;
  for (const [n, entry] of titles.entries()) {
    expectEntry(entry, lives[n] ?? [], mostHoursOld, nowMs);
  }
  if (titles.length > 0 && lives.every((shown) => onlyRow(shown) !== undefined)) {
    const newest = lives.filter((_life, n) => titles[n]?.snapshot === titles[0]?.snapshot);
    expectAge(answer, newest.flat(), lives.flat(), nowMs);
  }
}

function expectTitle(history: ReaderHistory, answer: TitleAnswer, nowMs: number): void {
  const { title } = answer;
  if (title === null) {
    return;
  }
  const lives = rowsShown(history, title);
  expectAlive(lives, nowMs);
  // A backdrop names no row: one of another language may come from a row, or a call, that nothing else shows.
  if (isOfTable(title) && title.fellBack.backdropPath === undefined) {
    expectAge(answer, lives, lives, nowMs);
  } else if (lives.length === 0) {
    expect((nowMs - Date.parse(answer.fetchedAt ?? '')) / hourMs).toBeLessThan(mostHours.title);
  }
}

function expectRecommendation(history: ReaderHistory, answer: RecommendAnswer, nowMs: number): void {
  for (const pick of answer.picks) {
    const lives = rowsShown(history, pick);
    expectAlive(lives, nowMs);
    const own = onlyRow(lives);
    if (own !== undefined) {
      expect(pick.stale).toBe(own.freshUntilMs <= nowMs);
    }
  }
}

async function readAndExpect(history: ReaderHistory, act: ReaderAct): Promise<void> {
  const { reader, world, counts } = history;
  const before = counts();
  const did = () => ({ answers: counts().answers - before.answers, calls: counts().calls - before.calls });
  if (act.act === 'list') {
    const answer = await reader.list(act.feed, { limit: act.limit });
    expect(answer.titles.length).toBeLessThanOrEqual(act.limit);
    expectTruthful(answer, answer.titles.length, did(), world.clock.nowMs());
    expectList(history, answer, world.clock.nowMs());
  } else if (act.act === 'title') {
    const answer = await reader.title('movie', act.id, { language: act.language });
    expectTruthful(answer, answer.title === null ? 0 : 1, did(), world.clock.nowMs());
    expectTitle(history, answer, world.clock.nowMs());
  } else if (act.act === 'recommend') {
    const answer = await reader.recommend({ language: act.language, liked: [{ mediaType: 'movie', id: 1 }] });
    expectTruthful(answer, answer.feeds.length, did(), world.clock.nowMs());
    expectRecommendation(history, answer, world.clock.nowMs());
  } else {
    await history.play(act);
  }
}

it('nothing past its hard TTL is ever in an answer, and every answer tells its age, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async (acts) => {
      const history = readerHistory({ live: true });
      for (const act of acts) {
        await readAndExpect(history, act);
      }
      await history.reader.settled();
    }),
    { numRuns: 120 },
  );
});
