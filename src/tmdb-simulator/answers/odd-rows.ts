import { hash32 } from '../seeded-random.ts';
import type { Row } from './list-rows.ts';

/** What a contract breach does to a row; each page gets one of each. */
const breaches: readonly ((row: Row) => Row)[] = [
  // Recorded: `adult` is null in some rows.
  (row) => ({ ...row, adult: null }),
  ({ overview: _overview, genre_ids: _genreIds, popularity: _popularity, ...rest }) => rest,
  ({ id: _id, ...rest }) => rest,
  (row) => ({ ...row, vote_average: 'n/a', genre_ids: 'Drama' }),
  // Recorded in 2026: keys appear that no schema knows.
  (row) => ({ ...row, softcore: false }),
];

/** Breaks one row of a page for each kind of breach, at places drawn from `seed`; short pages get as many as they have rows. */
export function breakRows(rows: readonly Row[], seed: number, listKey: string, page: number): readonly Row[] {
  const first = hash32(seed, 'odd rows', listKey, page);
  // A step of three visits different rows of any page that is not a multiple of three long; the last pages may be.
  const step = rows.length % 3 === 0 ? 1 : 3;
  const broken = [...rows];
  for (const [index, breach] of breaches.slice(0, rows.length).entries()) {
    const place = (first + index * step) % rows.length;
    broken[place] = breach(broken[place] ?? {});
  }
  return broken;
}
