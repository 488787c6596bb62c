import type { BreakerRecord } from './breaker-record.ts';

/** Where the shared breaker is kept. */
export type BreakerStore = {
  /** The record as it is now; `undefined` when there is none. */
  read(): Promise<BreakerRecord | undefined>;
  /** Stores `next` unless the record is no longer of revision `seenRevision` (0: there was none); says whether it did. */
  replace(next: BreakerRecord, seenRevision: number): Promise<boolean>;
};
