import { BrokenCircuitError, CircuitState, CountBreaker, circuitBreaker, DelegateBackoff, handleAll } from 'cockatiel';
import * as z from 'zod';

/** When the breaker opens, and for how long. */
export type BreakerLimits = {
  /** It opens when more than this share of the last calls failed. */
  failureShare: number;
  /** How many of the last calls are counted. */
  lastCalls: number;
  /** It never opens with fewer counted calls than this. */
  minimumCalls: number;
  /** Open time before the first trial. It doubles with each failed trial, up to `openCapMs`. */
  openMs: number;
  openCapMs: number;
  /** Open time after a rejected token. It is long, because only a person can replace the token. */
  tokenOpenMs: number;
  /** A worker that took the trial and reports no result loses the trial after this time. */
  trialMs: number;
};

/** cockatiel's state between two transitions, as JSON text. */
export type MachineState = string;

/** The state after a transition. `openForMs` is 0 if the breaker is closed. */
export type Transition = { machine: MachineState; open: boolean; openForMs: number };

/** What a counted call has done. A breaker that stays closed has no state that anybody needs: it is not written out for each call. */
type Counted = { open: false } | (Transition & { open: true });

/**
 * The breaker's state machine, implemented by cockatiel: it counts while closed, allows one trial when half-open, and opens for longer
 * after each failed trial. States are exported as JSON, so that all workers can share them. cockatiel's clock is not used, because the
 * shared record says when the next trial is due.
 */
type BreakerMachine = {
  /** Counts a call that ended while the breaker was closed. Each process counts its own calls only. */
  count(succeeded: boolean): Promise<Counted>;
  /** Records the result of the trial for the open state `machine`. */
  trial(machine: MachineState, succeeded: boolean): Promise<Transition>;
  /** Forgets the counts, for when another worker has closed the breaker. */
  reset(): void;
};

/** The part of cockatiel's state that its policy requires. */
const machineSchema = z.object({
  ownState: z.looseObject({
    value: z.literal(CircuitState.Open),
    openedAt: z.number(),
    attemptNo: z.number(),
  }),
});

/** Creates a closed breaker without counts. */
export function breakerMachine(limits: BreakerLimits): BreakerMachine {
  let closed = newPolicy(limits);
  const countOne = async (succeeded: boolean): Promise<Counted> => {
    const counted = closed;
    await execute(counted, succeeded);
    if (counted.state === CircuitState.Closed) {
      return { open: false };
    }
    closed = newPolicy(limits);
    return { ...stateOf(counted, limits), open: true };
  };
  // Counts are serialized: cockatiel would take a call that is counted while the policy opens for a trial.
  let last: Promise<unknown> = Promise.resolve();
  return {
    count: (succeeded) => {
      const counted = last.then(() => countOne(succeeded));
      last = counted;
      return counted;
    },
    trial: (machine, succeeded) => step(policyOf(machine, limits), succeeded, limits),
    reset: () => {
      closed = newPolicy(limits);
    },
  };
}

/** The state of a breaker that opened for a reason other than counted failures. */
export function openedMachine(limits: BreakerLimits): MachineState {
  const { breakerState } = newPolicy(limits).toJSON() as { breakerState: unknown };
  return JSON.stringify({ ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 }, breakerState });
}

type Policy = ReturnType<typeof newPolicy>;

/**
 * The policy whose trial ended. Its state comes from the table. An unreadable state counts as just opened; otherwise no trial could ever
 * close the breaker. The counts from before it opened do not matter, since a successful trial resets them.
 */
function policyOf(machine: MachineState, limits: BreakerLimits): Policy {
  const opened = JSON.parse(openedMachine(limits));
  const { data } = machineSchema.safeParse(parseState(machine));
  return newPolicy(limits, { ...opened, ...data });
}

function parseState(machine: MachineState): unknown {
  try {
    return JSON.parse(machine);
  } catch {
    return undefined;
  }
}

function newPolicy(limits: BreakerLimits, initialState?: unknown) {
  return circuitBreaker(handleAll, {
    breaker: new CountBreaker({
      threshold: limits.failureShare,
      size: limits.lastCalls,
      minimumNumberOfCalls: limits.minimumCalls,
    }),
    // The shared record says when a trial is due, so the policy itself must not wait.
    halfOpenAfter: new DelegateBackoff(() => 0),
    ...(initialState !== undefined && { initialState }),
  });
}

async function step(policy: Policy, succeeded: boolean, limits: BreakerLimits): Promise<Transition> {
  await execute(policy, succeeded);
  return stateOf(policy, limits);
}

async function execute(policy: Policy, succeeded: boolean): Promise<void> {
  try {
    await policy.execute(() => {
      if (!succeeded) {
        throw new Error('the call failed');
      }
    });
  } catch (error) {
    if (error instanceof BrokenCircuitError) {
      throw error;
    }
  }
}

function stateOf(policy: Policy, limits: BreakerLimits): Transition {
  const { ownState, breakerState } = policy.toJSON() as {
    ownState: { value: CircuitState; attemptNo?: number };
    breakerState: unknown;
  };
  const open = ownState.value === CircuitState.Open;
  const failedTrials = Math.max(0, (ownState.attemptNo ?? 1) - 1);
  return {
    // `openedAt` 0 means long ago: with a real time, cockatiel would refuse the trial on a worker whose clock is behind.
    machine: JSON.stringify({ ownState: open ? { ...ownState, openedAt: 0 } : ownState, breakerState }),
    open,
    openForMs: open ? Math.min(limits.openCapMs, limits.openMs * 2 ** failedTrials) : 0,
  };
}
