import { isDeepStrictEqual } from 'node:util';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import type { FeedHeads } from '../../src/shared/tables/feed-heads.ts';
import { type CallHook, noHook } from './call-hook.ts';
import { assertDistinct } from './memory-catalog.ts';

/** Feed heads as one map. Units: one for a head read, one for a replace. */
export type MemoryFeedHeads = FeedHeads & {
  /** All heads, by id. */
  all(): FeedHead[];
  /** Every head that was stored, in order. */
  readonly stored: readonly FeedHead[];
};

export function memoryFeedHeads(hook: CallHook = noHook): MemoryFeedHeads {
  const table = new Map<string, FeedHead>();
  const stored: FeedHead[] = [];
  const all = () => [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, head]) => structuredClone(head));
  return {
    stored,
    all,
    list: () => hook({ name: 'listHeads', key: '' }, all),
    read: (ids) =>
      hook({ name: 'readHeads', key: ids.length === 1 ? (ids[0] ?? '') : '' }, () => {
        assertDistinct(ids);
        const present = [...table].filter(([id]) => ids.includes(id));
        return {
          heads: new Map(present.map(([id, head]) => [id, structuredClone(head)])),
          readUnits: ids.length,
        };
      }),
    replace: (head, seen) =>
      hook({ name: 'replaceHead', key: head.id }, () => {
        if (!isDeepStrictEqual(table.get(head.id), seen)) {
          return { replaced: false, writeUnits: 1 };
        }
        table.set(head.id, structuredClone(head));
        stored.push(structuredClone(head));
        return { replaced: true, writeUnits: 1 };
      }),
  };
}
