import type { Clock } from '../../src/shared/core/clock.ts';
import {
  broughtBack,
  type Doubt,
  idleRateState,
  judgeDoubt,
  type RateLimits,
  type RateState,
  slowDown,
  takeSlots,
  tooFarAhead,
  unthrottled,
} from '../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../src/shared/throttle/rate-schedule-store.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** One timeline in memory; every worker has its own driver, on its own clock. */
export type MemoryRateSchedule = {
  driver(clock: Clock): RateScheduleStore;
  /** What the workers were told by TMDB: the pause each throttle named. */
  readonly slowDowns: readonly (number | undefined)[];
  /** How many slots each take asked for, in order. */
  readonly takes: readonly number[];
  state(): RateState;
};

export function memoryRateSchedule(limits: RateLimits, hook: StoreHook = noHook): MemoryRateSchedule {
  let state: RateState = { ...idleRateState };
  let doubt: Doubt | undefined;
  const isUsable = (nowMs: number): boolean => {
    const ahead = tooFarAhead(state, nowMs, limits);
    const next = ahead && judgeDoubt(ahead.valueMs, doubt, nowMs);
    if (ahead !== undefined && next === 'note') {
      doubt = { valueMs: ahead.valueMs, sinceMs: nowMs };
    }
    if (next === 'repair') {
      state = broughtBack(state, nowMs, limits);
    }
    return ahead === undefined || next === 'repair';
  };
  const slowDowns: (number | undefined)[] = [];
  const takes: number[] = [];
  return {
    slowDowns,
    takes,
    state: () => ({ ...state }),
    driver: (clock) => ({
      take: (count, withinMs = Number.POSITIVE_INFINITY) =>
        hook('take', () => {
          if (!isUsable(clock.nowMs()) || Math.max(0, state.nextSlotMs - clock.nowMs()) > withinMs) {
            return [];
          }
          const taken = takeSlots(state, count, clock.nowMs(), limits);
          state = taken.state;
          takes.push(count);
          return taken.slotsMs;
        }),
      slowDown: (retryAfterMs) =>
        hook('slowDown', () => {
          state = slowDown(state, retryAfterMs, clock.nowMs(), limits);
          slowDowns.push(retryAfterMs);
        }),
      forgetThrottles: () =>
        hook('slowDown', () => {
          state = unthrottled(state, clock.nowMs(), limits);
        }),
      read: () => hook('readSchedule', () => ({ ...state })),
    }),
  };
}
