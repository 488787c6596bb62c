import { RetryableError } from '../shared/core/errors.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import { type FeedHead, joinFeedHeads, sameFeedHead } from '../shared/tables/feed-head.ts';

/** Capacity units that something took. */
export type Capacity = { writeUnits: number; readUnits: number };

/** Writers of one feed meet rarely; each lost race means that another one won. */
const attempts = 20;

/**
 * Joins `known` into the stored head of its feed: read, join, replace if nobody was faster, otherwise again.
 * @throws RetryableError after twenty lost races in a row.
 */
export async function advanceHead(known: FeedHead, heads: FeedHeads): Promise<Capacity> {
  const capacity = { writeUnits: 0, readUnits: 0 };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const read = await heads.read([known.id]);
    capacity.readUnits += read.readUnits;
    const seen = read.heads.get(known.id);
    const joined = seen === undefined ? known : joinFeedHeads(seen, known);
    if (seen !== undefined && sameFeedHead(seen, joined)) {
      return capacity;
    }
    const { replaced, writeUnits } = await heads.replace(joined, seen);
    capacity.writeUnits += writeUnits;
    if (replaced) {
      return capacity;
    }
  }
  throw new RetryableError('head_contended', `${known.id} changed ${attempts} times while it was being updated`);
}
