import type { Scheduler } from 'fast-check';
import type { Clock, Random } from '../../src/shared/core/clock.ts';

/** One call of a port as a hook sees it; `key` is the row or the head it is about, `''` when it is about many. */
export type PortCall = {
  name:
    | 'readPresent'
    | 'putIfNewer'
    | 'readStored'
    | 'replace'
    | 'listPages'
    | 'readTitles'
    | 'readDetails'
    | 'readExternalId'
    | 'readReference'
    | 'readHeads'
    | 'listHeads'
    | 'replaceHead';
  key: string;
};

/** Stands around every call of a fake. `act` is the call's one atomic step: a hook may wait or throw before or after it. */
export type CallHook<Call = PortCall> = <T>(call: Call, act: () => T) => Promise<T>;

/** The hook of a store in the control table, whose calls are told apart by their name only. */
export type StoreHook = CallHook<string>;

/** Nothing happens around a call. */
export const noHook: CallHook<unknown> = async (_call, act) => act();

/** Each call takes its step at a moment that the scheduler picks, and its answer arrives at another one. */
export function scheduledBy(scheduler: Scheduler): CallHook<PortCall | string> {
  return async (call, act) => {
    const label = typeof call === 'string' ? call : `${call.name} ${call.key}`;
    await scheduler.schedule(Promise.resolve(), label);
    const answer = act();
    await scheduler.schedule(Promise.resolve(), `answer of ${label}`);
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

/** The process dies at its `nth` call (from 1), before or after that call's step: no later call happens either. */
export function crashAt(nth: number, when: 'before' | 'after'): CallHook & { readonly calls: number } {
  let calls = 0;
  const hook: CallHook = async (call, act) => {
    calls += 1;
    if (calls > nth || (calls === nth && when === 'before')) {
      throw new Error(`crash before ${call.name} ${call.key}`);
    }
    const answer = act();
    if (calls === nth) {
      throw new Error(`crash after ${call.name} ${call.key}`);
    }
    return answer;
  };
  return Object.defineProperty(hook, 'calls', { get: () => calls }) as CallHook & { readonly calls: number };
}

/** Calls for which `errorFor` gives an error throw it instead of taking their step. */
export function failing(errorFor: (call: PortCall) => Error | undefined): CallHook {
  return async (call, act) => {
    const error = errorFor(call);
    if (error !== undefined) {
      throw error;
    }
    return act();
  };
}

/** The first call that `matches` is throttled, once. */
export function throttledOnce(matches: (call: PortCall) => boolean): CallHook {
  let left = 1;
  return failing((call) => {
    if (left === 0 || !matches(call)) {
      return undefined;
    }
    left -= 1;
    return new Error('ProvisionedThroughputExceededException');
  });
}

/** `outer` around `inner`. */
export function around(outer: CallHook, inner: CallHook): CallHook {
  return async (call, act) => {
    const answer = await outer(call, () => inner(call, act));
    return answer;
  };
}
