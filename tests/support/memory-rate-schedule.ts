import type { Clock } from '../../src/shared/core/clock.ts';
import type { CallAnswer } from '../../src/shared/throttle/rate-rule.ts';
import { idleRateState, type RateLimits, type RateState } from '../../src/shared/throttle/rate-schedule.ts';
import {
  type RateItem,
  type RateScheduleStore,
  rateScheduleStore,
  type StoredRate,
} from '../../src/shared/throttle/rate-schedule-store.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** One timeline in memory; every worker has its own driver, on its own clock. */
export type MemoryRateSchedule = {
  /** `through`: what stands between this worker and the item, such as faults of the table. */
  driver(clock: Clock, through?: (item: RateItem) => RateItem): RateScheduleStore;
  /** What the workers reported of TMDB's answers, in order. */
  readonly answers: readonly CallAnswer[];
  /** How many slots each take asked for, in order. */
  readonly takes: readonly number[];
  /** Replacements of the item, including those that were refused. */
  writes(): number;
  state(): RateState;
};

export function memoryRateSchedule(limits: RateLimits, hook: StoreHook = noHook): MemoryRateSchedule {
  let stored: StoredRate = { state: idleRateState, revision: 0 };
  let writes = 0;
  const answers: CallAnswer[] = [];
  const takes: number[] = [];
  const item = {
    read: () => hook('readSchedule', () => stored),
    replace: (next: RateState, seen: StoredRate) =>
      hook('writeSchedule', () => {
        writes += 1;
        const done = seen.revision === stored.revision;
        stored = done ? { state: next, revision: writes } : stored;
        return { done, stored };
      }),
  };
  return {
    answers,
    takes,
    writes: () => writes,
    state: () => stored.state,
    driver: (clock, through = (same) => same) => {
      const driver = rateScheduleStore(through(item), limits, clock);
      return {
        ...driver,
        take: async (count, withinMs) => {
          const slots = await driver.take(count, withinMs);
          if (slots.length > 0) {
            takes.push(count);
          }
          return slots;
        },
        answered: (answer) => {
          answers.push(answer);
          return driver.answered(answer);
        },
      };
    },
  };
}
