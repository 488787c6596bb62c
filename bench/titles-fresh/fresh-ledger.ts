/** What a way to plan fetched and when, and how fresh that kept the titles. */
import { quantile } from '../bench-report.ts';
import {
  dayMs,
  type KeptAtTmdb,
  learningDays,
  measuredDays,
  type TitleWorld,
  worldDays,
  worldStartMs,
} from './title-world.ts';

/** The figures of one way to plan in one world, over the measured days. */
export type FreshFigures = {
  callsADay: number;
  /** Of them, pages of lists of changes. */
  pagesADay: number;
  /** Most calls in any 24 hours, from the first day on. */
  mostCallsOfDay: number;
  /** Share of the time that titles are out of date: of titles that are read daily, and of all. */
  staleShare: number;
  staleShareOfAll: number;
  /** Hours from a change until it is in the table; of titles that are read daily. */
  ageP50Hours: number;
  ageP95Hours: number;
};

/** Takes down calls and fetches. */
export type FreshLedger = {
  /** `count` calls for pages of lists at `atMs`. */
  pages(atMs: number, count: number): void;
  /** A title is fetched, and is in the table at `atMs`. */
  fetched(index: number, atMs: number): void;
  /** When a title was fetched last. */
  fetchedAtMs(index: number): number;
  figures(): FreshFigures;
};

/** The titles were fetched at `firstMs` (by index) before the world begins. */
export function freshLedger(world: TitleWorld, firstMs: readonly number[]): FreshLedger {
  const fetches = world.all.map((_, index) => [firstMs[index] ?? world.startMs]);
  const calls: Calls[] = [];
  return {
    pages: (atMs, count) => calls.push({ atMs, count, isPage: true }),
    fetched: (index, atMs) => {
      fetches[index]?.push(atMs);
      calls.push({ atMs, count: 1, isPage: false });
    },
    fetchedAtMs: (index) => fetches[index]?.at(-1) ?? world.startMs,
    figures: () => figuresOf(world, fetches, calls),
  };
}

type Calls = { atMs: number; count: number; isPage: boolean };

/** The measured days, epoch milliseconds. */
const fromMs = worldStartMs + learningDays * dayMs;
const endMs = worldStartMs + worldDays * dayMs;

function figuresOf(world: TitleWorld, fetches: readonly number[][], calls: readonly Calls[]): FreshFigures {
  const titles = world.all.map((title, index) => ({ title, fetchedMs: fetches[index] ?? [] }));
  const readDaily = titles.filter(({ title }) => title.readsADay >= 1);
  const hours = readDaily.flatMap(({ title, fetchedMs }) => agesOf(title, fetchedMs).map((ms) => ms / 3_600_000));
  return {
    callsADay: aDay(calls),
    pagesADay: aDay(calls.filter(({ isPage }) => isPage)),
    mostCallsOfDay: mostWithin(calls),
    staleShare: staleShareOf(readDaily),
    staleShareOfAll: staleShareOf(titles),
    ageP50Hours: quantile(hours, 0.5),
    ageP95Hours: quantile(hours, 0.95),
  };
}

function aDay(calls: readonly Calls[]): number {
  return calls.filter(({ atMs }) => atMs >= fromMs).reduce((sum, { count }) => sum + count, 0) / measuredDays;
}

function staleShareOf(titles: readonly { title: KeptAtTmdb; fetchedMs: readonly number[] }[]): number {
  const staleMs = titles.reduce((sum, { title, fetchedMs }) => sum + staleMsOf(title, fetchedMs), 0);
  return staleMs / (titles.length * measuredDays * dayMs);
}

/** From each measured change to the first fetch after it; of a change of the last two days that was not fetched, nothing is known. */
function agesOf({ changesMs }: KeptAtTmdb, fetchedMs: readonly number[]): number[] {
  return changesMs
    .filter((atMs) => atMs >= fromMs && atMs < endMs - 2 * dayMs)
    .map((atMs) => (fetchedMs.find((one) => one > atMs) ?? endMs) - atMs);
}

function staleMsOf({ changesMs }: KeptAtTmdb, fetchedMs: readonly number[]): number {
  let sum = 0;
  let freshFromMs = 0;
  for (const atMs of changesMs) {
    // A change of what is out of date already adds nothing.
    if (atMs >= freshFromMs) {
      freshFromMs = fetchedMs.find((one) => one > atMs) ?? endMs;
      sum += Math.max(0, freshFromMs - Math.max(atMs, fromMs));
    }
  }
  return sum;
}

/** The most calls of any 24 hours, by a window that moves over them. */
function mostWithin(calls: readonly { atMs: number; count: number }[]): number {
  const inOrder = calls.toSorted((a, b) => a.atMs - b.atMs);
  let [most, sum, from] = [0, 0, 0];
  for (const { atMs, count } of inOrder) {
    sum += count;
    while ((inOrder[from]?.atMs ?? atMs) <= atMs - dayMs) {
      sum -= inOrder[from]?.count ?? 0;
      from += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}
