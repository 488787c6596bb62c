import { BrokenCircuitError, CircuitState, CountBreaker, circuitBreaker, DelegateBackoff, handleAll } from 'cockatiel';
import * as z from 'zod';

/** How the breaker judges and how long it stays open. */
export type BreakerLimits = {
  /** It opens when more than this share of the last calls failed. */
  failureShare: number;
  /** How many calls it looks back. */
  lastCalls: number;
  /** With fewer calls than this it does not judge. */
  minimumCalls: number;
  /** Open time before the first trial; doubled with each trial that fails. */
  openMs: number;
  openCapMs: number;
  /** Open time after a rejected token: only a person can mend that. */
  tokenOpenMs: number;
  /** A worker that took the trial and is not heard of loses it after this time. */
  trialMs: number;
};

/** cockatiel's state between two transitions, as JSON text. */
export type MachineState = string;

/** What a transition led to. `openForMs` is set where the breaker is open now. */
export type Transition = { machine: MachineState; open: boolean; openForMs: number };

/**
 * The breaker's state machine, which is cockatiel's: counting while closed, one trial when half-open, longer openings with
 * each failed trial. Its states leave as JSON, so that all workers can share them; its clock is not used, since the shared
 * record says when the next trial is due.
 */
type BreakerMachine = {
  /** A call ended while closed. Counts are this process's own. */
  count(succeeded: boolean): Promise<Transition>;
  /** The trial of the open state `machine` ended. */
  trial(machine: MachineState, succeeded: boolean): Promise<Transition>;
  /** Forgets the counts: another worker closed the breaker. */
  reset(): void;
};

/** As much of cockatiel's state as its policy cannot do without. */
const machineSchema = z.object({
  ownState: z.looseObject({
    value: z.literal(CircuitState.Open),
    openedAt: z.number(),
    attemptNo: z.number(),
  }),
});

/** A closed breaker that has counted nothing. */
export function breakerMachine(limits: BreakerLimits): BreakerMachine {
  let closed = newPolicy(limits);
  const countOne = async (succeeded: boolean): Promise<Transition> => {
    const transition = await step(closed, succeeded, limits);
    if (transition.open) {
      closed = newPolicy(limits);
    }
    return transition;
  };
  // One after the other: a call counted while the policy opens would be taken for a trial.
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

/** The state of a breaker that was opened without any call having been counted. */
export function openedMachine(limits: BreakerLimits): MachineState {
  const { breakerState } = newPolicy(limits).toJSON() as { breakerState: unknown };
  return JSON.stringify({ ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 }, breakerState });
}

type Policy = ReturnType<typeof newPolicy>;

/**
 * The policy whose trial ended. Its state comes from the table: what is none counts as just opened, or no trial of anybody could close the
 * breaker again. Counts of before it opened do not matter: a trial that succeeds forgets them.
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
    // The shared record says when a trial is due, so the policy itself never waits.
    halfOpenAfter: new DelegateBackoff(() => 0),
    ...(initialState !== undefined && { initialState }),
  });
}

async function step(policy: Policy, succeeded: boolean, limits: BreakerLimits): Promise<Transition> {
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
  const { ownState, breakerState } = policy.toJSON() as {
    ownState: { value: CircuitState; attemptNo?: number };
    breakerState: unknown;
  };
  const open = ownState.value === CircuitState.Open;
  const failedTrials = Math.max(0, (ownState.attemptNo ?? 1) - 1);
  return {
    // Opened "long ago" for cockatiel, whose own clock would else disagree with a worker's that is behind.
    machine: JSON.stringify({ ownState: open ? { ...ownState, openedAt: 0 } : ownState, breakerState }),
    open,
    openForMs: open ? Math.min(limits.openCapMs, limits.openMs * 2 ** failedTrials) : 0,
  };
}
