import type { CatalogStore } from '../../src/shared/tables/catalog.ts';
import { rowKeyText } from '../../src/shared/tables/row.ts';
import { eventLoopTurn } from './virtual-clock.ts';

/** A catalog whose puts stay under way until they are let go, one by one. */
export type GatedStore = CatalogStore & {
  /** Keys of the puts under way, oldest first. */
  readonly underWay: readonly string[];
  /** Answers the put at `index` of those under way, and lets everyone go on who can. */
  letGo(index: number): Promise<void>;
};

/** `versions` is what the table holds. */
export function gatedStore(versions: ReadonlyMap<string, string> = new Map()): GatedStore {
  const open: { key: string; answer: () => void }[] = [];
  return {
    get underWay() {
      return open.map(({ key }) => key);
    },
    letGo: async (index) => {
      const [gone] = open.splice(index, 1);
      gone?.answer();
      await eventLoopTurn();
    },
    readPresent: async () => ({
      present: new Map([...versions].map(([key, version]) => [key, { version }])),
      readUnits: 1,
    }),
    putIfNewer: (row) =>
      new Promise((resolve) => {
        open.push({ key: rowKeyText(row), answer: () => resolve({ written: true, writeUnits: 1 }) });
      }),
    readStored: async () => ({ rows: new Map(), readUnits: 1 }),
    replace: async () => ({ replaced: true, writeUnits: 1 }),
  };
}
