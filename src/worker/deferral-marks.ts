/** Which deferrals have been sent: a message may be delivered twice, and each copy would be deferred on its own. */
export type DeferralMarks = {
  /** Whether the deferral `key` has been sent. */
  wasSent(key: string): Promise<boolean>;
  /** Notes that it has been; the note expires at `expiresAtMs` (epoch milliseconds). */
  sent(key: string, expiresAtMs: number): Promise<void>;
};
