import type { FeedHead } from './feed-head.ts';

/** One head per feed, in the control table. */
export type FeedHeads = {
  /** The heads that exist under `ids`, by id, and the read units this took. */
  read(ids: readonly string[]): Promise<{ heads: Map<string, FeedHead>; readUnits: number }>;
  /** Every head, by id; also one past its hard TTL that DynamoDB has not deleted yet. Reads the whole control table. */
  list(): Promise<FeedHead[]>;
  /** Stores `head` when nothing has changed since `seen` was read (`undefined`: when there is none); else says so. */
  replace(head: FeedHead, seen: FeedHead | undefined): Promise<{ replaced: boolean; writeUnits: number }>;
};
