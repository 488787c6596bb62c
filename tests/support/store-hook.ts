import type { Scheduler } from 'fast-check';
import type { Clock, Random } from '../../src/shared/core/clock.ts';

/** Stands around every call of a shared store's fake. `act` is the call's one atomic step. */
export type StoreHook = <T>(call: string, act: () => T) => Promise<T>;

/** Nothing happens around a call. */
export const atOnce: StoreHook = async (_call, act) => act();

/** Each call takes its step, and gives its answer, at moments that the scheduler picks. */
export function inAnyOrder(scheduler: Scheduler): StoreHook {
  return async (call, act) => {
    await scheduler.schedule(Promise.resolve(), call);
    const answer = act();
    await scheduler.schedule(Promise.resolve(), `answer of ${call}`);
    return answer;
  };
}

/** Each call takes between `leastMs` and `mostMs`; its step is in the middle of it. */
export function taking(leastMs: number, mostMs: number, clock: Clock, random: Random): StoreHook {
  return async (_call, act) => {
    const halfMs = (leastMs + random.next() * (mostMs - leastMs)) / 2;
    await clock.sleep(halfMs);
    const answer = act();
    await clock.sleep(halfMs);
    return answer;
  };
}
