import type { OnTheWay } from './on-the-way.ts';

/** Marks of the feeds whose jobs were sent. */
export type FeedsOnTheWay = {
  /** Puts marks; an older one of the same feed is replaced. */
  mark(marks: readonly OnTheWay[]): Promise<void>;
  /** The marks that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, OnTheWay>>;
};
