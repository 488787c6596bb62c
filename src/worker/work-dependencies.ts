import type { Clock, Random } from '../shared/core/clock.ts';
import type { Redact } from '../shared/core/redact-token.ts';
import type { RetryBudget } from '../shared/core/retries.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import type { SharedBreaker } from '../shared/throttle/shared-breaker.ts';
import type { TmdbPort } from '../shared/tmdb/tmdb-port.ts';
import type { JobSender } from './gathered-sends.ts';

/** Remembers which deferrals were sent: SQS may deliver a message twice, and each copy would be deferred on its own. */
export type DeferralMarks = {
  /** Whether the deferral `key` has been sent. */
  wasSent(key: string): Promise<boolean>;
  /** Marks the deferral `key` as sent, until `expiresAtMs` (epoch milliseconds). */
  sent(key: string, expiresAtMs: number): Promise<void>;
};

/** What the work on a job needs. Except for the two queues it is the same for all invocations of a container. */
export type WorkDependencies = {
  tmdb: TmdbPort;
  breaker: SharedBreaker;
  schedule: RateScheduleStore;
  budget: RetryBudget;
  /** The item queue. */
  items: JobSender;
  /** The fetch queue, for deferrals. */
  jobs: JobSender;
  /** Without it each copy of a message is deferred on its own. */
  deferrals?: DeferralMarks | undefined;
  /** The fetch queue's dead-letter queue. */
  deadLetters: MessageSender;
  telemetry: Telemetry;
  /** Removes the token from texts of TMDB that go into a message. Default: texts stay as they are. */
  redact?: Redact | undefined;
  clock: Clock;
  random: Random;
  settings: Settings;
};
