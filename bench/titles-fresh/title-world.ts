/** Titles that are kept, who reads them, and when each changes at TMDB. The same seed gives the same world. */
import type { Random } from '../../src/shared/core/clock.ts';
import type { MediaType } from '../../src/shared/core/feed.ts';
import { titleSubject } from '../../src/shared/tables/usage-store.ts';
import { seededRandom } from '../../tests/support/seeded-random.ts';

/** What a world is made by. `callsPerDay`: the budget. */
export type WorldShape = { titles: number; changedShare: number; callsPerDay: number };

/** A title. `changesMs`: when it changed, ascending; `unlistedMs`: those of them that no list tells. Epoch milliseconds. */
export type KeptAtTmdb = {
  subject: string;
  mediaType: MediaType;
  id: number;
  readsADay: number;
  changesMs: readonly number[];
  unlistedMs: ReadonlySet<number>;
};

export type TitleWorld = WorldShape & { name: string; startMs: number; all: readonly KeptAtTmdb[] };

export const dayMs = 86_400_000;
/** A Sunday, 00:00 UTC. */
export const worldStartMs = Date.UTC(2026, 10, 1);
/** Days in which the planner learns, and days that are measured. */
export const learningDays = 14;
export const measuredDays = 30;
export const worldDays = learningDays + measuredDays;

/** Pages of TMDB's lists for a whole day. */
export const pagesADay: Readonly<Record<MediaType, number>> = { movie: 60, tv: 50 };

/** Every third title is read once a day, the others hardly ever. */
const reads = { often: 1, seldom: 0.05 };
/** Changes that TMDB lists late or never. */
const unlistedShare = 0.02;

/** A world of films and series, half and half. */
export function titleWorld(shape: WorldShape, seed = 7): TitleWorld {
  const random = seededRandom(seed + shape.titles + Math.round(1e4 * shape.changedShare));
  const all = Array.from({ length: shape.titles }, (_, index): KeptAtTmdb => {
    const mediaType = index % 2 === 0 ? 'movie' : 'tv';
    const readsADay = index % 3 === 0 ? reads.often : reads.seldom;
    const changesMs = changesOf(shape.changedShare, random);
    const unlistedMs = new Set(changesMs.filter(() => random.next() < unlistedShare));
    return { subject: titleSubject(mediaType, index + 1), mediaType, id: index + 1, readsADay, changesMs, unlistedMs };
  });
  const name = `${shape.titles.toLocaleString('en-US')} titles, ${100 * shape.changedShare} % change a day`;
  return { ...shape, name, startMs: worldStartMs, all };
}

/** At most one change a day, also before the world begins. */
function changesOf(changedShare: number, random: Random): number[] {
  const days = Array.from({ length: learningDays + worldDays }, (_, index) => index - learningDays);
  return days
    .filter(() => random.next() < changedShare)
    .map((day) => worldStartMs + Math.floor((day + random.next()) * dayMs));
}

/** Ids of a media type by the UTC day (its start) in whose list they are. */
export function listedByDay(world: TitleWorld, mediaType: MediaType): Map<number, number[]> {
  const days = new Map<number, number[]>();
  for (const title of world.all.filter((one) => one.mediaType === mediaType)) {
    for (const atMs of title.changesMs.filter((one) => !title.unlistedMs.has(one))) {
      const startMs = Math.floor(atMs / dayMs) * dayMs;
      days.set(startMs, [...(days.get(startMs) ?? []), title.id]);
    }
  }
  return days;
}
