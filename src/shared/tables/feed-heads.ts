import type { FeedHead } from './feed-head.ts';

/** One head per feed, in the control table. */
export type FeedHeads = {
  /** The heads that exist under `ids`, by id, and the consumed read units. */
  read(ids: readonly string[]): Promise<{ heads: Map<string, FeedHead>; readUnits: number }>;
  /** All heads, sorted by id, including those past their hard TTL that DynamoDB has not deleted yet. Scans the whole control table. */
  list(): Promise<FeedHead[]>;
  /** Stores `head` if the stored head is still `seen` (`undefined`: if there is none). `replaced` says whether it did. */
  replace(head: FeedHead, seen: FeedHead | undefined): Promise<{ replaced: boolean; writeUnits: number }>;
};
