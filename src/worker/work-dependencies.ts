import type { Clock, Random } from '../shared/core/clock.ts';
import type { Redact } from '../shared/core/redact-token.ts';
import type { RetryBudget } from '../shared/core/retries.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import type { SharedBreaker } from '../shared/throttle/shared-breaker.ts';
import type { TmdbPort } from '../shared/tmdb/tmdb-port.ts';
import type { DeferralMarks } from './deferral-marks.ts';

/** What a worker container works with; one set for all its invocations. */
export type WorkDependencies = {
  tmdb: TmdbPort;
  breaker: SharedBreaker;
  schedule: RateScheduleStore;
  budget: RetryBudget;
  /** The item queue. */
  items: MessageSender;
  /** The fetch queue, for deferrals. */
  jobs: MessageSender;
  /** Which deferrals were sent; without it each copy of a message is deferred on its own. */
  deferrals?: DeferralMarks | undefined;
  /** The fetch queue's dead-letter queue. */
  deadLetters: MessageSender;
  telemetry: Telemetry;
  /** Takes the token out of TMDB's words where they go on in a message; without it they go as they are. */
  redact?: Redact | undefined;
  clock: Clock;
  random: Random;
  settings: Settings;
};
