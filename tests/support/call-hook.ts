import type { Scheduler } from 'fast-check';

/** One call of a port as a hook sees it; `key` is the row or the head it is about, `''` when it is about many. */
export type PortCall = {
  name: 'readPresent' | 'putIfNewer' | 'listPages' | 'readTitles' | 'readHeads' | 'listHeads' | 'replaceHead';
  key: string;
};

/** Stands around every call of a fake. `act` is the call's one atomic step: a hook may wait or throw before or after it. */
export type CallHook = <T>(call: PortCall, act: () => T) => Promise<T>;

/** Nothing happens around a call. */
export const noHook: CallHook = async (_call, act) => act();

/** Each call takes its step at a moment that the scheduler picks, and its answer arrives at another one. */
export function scheduledBy(scheduler: Scheduler): CallHook {
  return async (call, act) => {
    await scheduler.schedule(Promise.resolve(), `${call.name} ${call.key}`);
    const answer = act();
    await scheduler.schedule(Promise.resolve(), `answer of ${call.name} ${call.key}`);
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
