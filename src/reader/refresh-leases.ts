/**
 * Who asks for a refresh. A lease is on a feed or a title (`subject`); `seen` names what was found stale, as a text that grows
 * with time (a snapshot, a fetch time).
 */
export type RefreshLeases = {
  /**
   * Takes the lease, for one caller over all containers: unless one was taken for the same `seen` or a newer one within the
   * last `periodMs`. Says whether it did.
   */
  take(subject: string, seen: string, nowMs: number, periodMs: number): Promise<boolean>;
  /** Gives it back: what it was taken for could not be asked for. */
  release(subject: string): Promise<void>;
};
