import { type Clock, minuteMs } from '../shared/core/clock.ts';
import type { CatalogStore } from '../shared/tables/catalog.ts';
import { type RowKey, rowKeyText } from '../shared/tables/row.ts';

/** About 250 bytes each. */
const mostKnown = 10_000;
/** A title that somebody deletes by hand comes back with the next list that shows it after this time. */
const keptMs = 10 * minuteMs;

/**
 * `store` with a memory for the versions of at most 10,000 titles, for at most ten minutes. A version in the table never becomes smaller, so a
 * title is not read again while the version seen there is at least the one to be written: most titles stand in several lists of the
 * same run.
 */
export function rememberTitles(store: CatalogStore, clock: Pick<Clock, 'nowMs'>): CatalogStore {
  const known = new Map<string, string>();
  let sinceMs = clock.nowMs();
  /** The wall clock counts while a container is frozen. Set back, it forgets too. */
  const forgetOld = () => {
    const ageMs = clock.nowMs() - sinceMs;
    if (known.size >= mostKnown || ageMs < 0 || ageMs >= keptMs) {
      known.clear();
      sinceMs = clock.nowMs();
    }
  };
  const covering = (row: RowKey & { version?: string }) => {
    const seen = known.get(rowKeyText(row));
    return seen !== undefined && row.version !== undefined && seen >= row.version ? seen : undefined;
  };
  return {
    readPresent: async (rows) => {
      forgetOld();
      const covered = rows.flatMap((row) => {
        const version = covering(row);
        return version === undefined ? [] : [[rowKeyText(row), { version }] as const];
      });
      const { present, readUnits } = await store.readPresent(rows.filter((row) => covering(row) === undefined));
      for (const [key, { version, snapshot }] of present) {
        // The places of a page are compared with the new ones: it is read each time.
        if (snapshot === undefined) {
          known.set(key, version);
        }
      }
      return { present: new Map([...covered, ...present]), readUnits };
    },
    putIfNewer: async (row) => {
      const answer = await store.putIfNewer(row);
      if (answer.written && !('category' in row)) {
        known.set(rowKeyText(row), row.version);
      }
      return answer;
    },
    readStored: store.readStored,
    replace: store.replace,
  };
}
