import type { FeedHead } from '../table/feed-head.ts';

/** One head per feed, in the control table. */
export type FeedHeads = {
  /** The heads that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, FeedHead>>;
  /** Stores `head` when nothing has changed since `seen` was read (`undefined`: when there is none); else says `false`. */
  replace(head: FeedHead, seen: FeedHead | undefined): Promise<boolean>;
};
