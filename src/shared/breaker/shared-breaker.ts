/**
 * One breaker for all workers.
 *
 *   closed ── calls fail consistently, or the token is rejected ──► open until `retryAtMs`
 *   open   ── time is up: one worker takes the trial, by a conditional write ──► trial under way until `trialUntilMs`
 *   trial  ── succeeds ──► closed;  fails ──► open, for longer;  is not heard of ──► another worker may take it
 *
 * Failures are counted in each worker; the open state, its reason and the trial are shared.
 */

import type { BreakerStore } from '../ports/breaker-store.ts';
import { type Clock, isoFromMs } from '../ports/clock.ts';
import {
  type BreakerLimits,
  breakerMachine,
  type MachineState,
  openedMachine,
  type Transition,
} from './breaker-machine.ts';
import type { BreakerRecord } from './breaker-record.ts';

/** Whether a call may be made. */
export type Admission =
  | { kind: 'closed' }
  /** The one trial: its outcome must be told by `ended`. */
  | { kind: 'trial' }
  | { kind: 'refused'; reason: BreakerRecord['reason']; detail: string; retryInMs: number };

/** The breaker as a worker uses it. */
export type SharedBreaker = {
  /** Reads the shared state; takes the trial when one is due and nobody else has it. */
  admit(): Promise<Admission>;
  /** Tells how an admitted call ended; `neutral` for what says nothing about TMDB's health, such as a throttle. */
  ended(admission: Admission, outcome: 'succeeded' | 'failed' | 'neutral', detail: string): Promise<void>;
  /** TMDB rejected the token: nobody calls until the time is up or somebody closes the breaker. */
  rejectToken(detail: string): Promise<void>;
};

/** Told whenever this worker opened or closed the breaker. */
export type BreakerListener = (record: BreakerRecord) => void;

/** Who finds a trial under way that is just ending asks again after this time. */
const shortestRefusalMs = 1_000;

/** A worker's end of the shared breaker. */
export function sharedBreaker(
  store: BreakerStore,
  limits: BreakerLimits,
  clock: Clock,
  onChange: BreakerListener,
): SharedBreaker {
  const machine = breakerMachine(limits);
  const changes = breakerChanges(store, clock, onChange);
  let wasOpen = false;
  return {
    admit: async () => {
      const record = await store.read();
      if (record?.state === 'open') {
        wasOpen = true;
        return admitWhileOpen(record, store, limits, clock.nowMs());
      }
      if (wasOpen) {
        machine.reset();
        wasOpen = false;
      }
      return { kind: 'closed' };
    },
    ended: async (admission, outcome, detail) => {
      if (admission.kind === 'trial') {
        // A throttle is an answer: TMDB is there.
        await changes.endTrial((state) => machine.trial(state, outcome !== 'failed'), detail);
      } else if (outcome !== 'neutral') {
        const { open, machine: state, openForMs } = await machine.count(outcome === 'succeeded');
        if (open) {
          await changes.openForFailures(detail, state, openForMs);
        }
      }
    },
    rejectToken: (detail) => changes.openForToken(detail, openedMachine(limits), limits.tokenOpenMs),
  };
}

/** Open: one worker takes the trial once it is due, the others are told when to ask again. */
async function admitWhileOpen(
  record: BreakerRecord,
  store: BreakerStore,
  limits: BreakerLimits,
  nowMs: number,
): Promise<Admission> {
  const dueMs = Math.max(record.retryAtMs, record.trialUntilMs);
  if (nowMs >= dueMs) {
    const taken = { ...record, trialUntilMs: nowMs + limits.trialMs, revision: record.revision + 1 };
    if (await store.replace(taken, record.revision)) {
      return { kind: 'trial' };
    }
  }
  const retryInMs = Math.max(dueMs - nowMs, shortestRefusalMs);
  return { kind: 'refused', reason: record.reason, detail: record.detail, retryInMs };
}

/** The changes of state. Each is made on condition that nobody made another one meanwhile; who loses leaves it at that. */
function breakerChanges(store: BreakerStore, clock: Clock, onChange: BreakerListener) {
  const change = async (next: Omit<BreakerRecord, 'revision' | 'since'>, seen: BreakerRecord | undefined) => {
    const revision = seen?.revision ?? 0;
    const record = { ...next, since: isoFromMs(clock.nowMs()), revision: revision + 1 };
    if (await store.replace(record, revision)) {
      onChange(record);
    }
  };
  return {
    openForFailures: async (detail: string, machine: MachineState, openForMs: number) => {
      const seen = await store.read();
      if (seen?.state !== 'open') {
        const retryAtMs = clock.nowMs() + openForMs;
        await change({ state: 'open', reason: 'failures', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
    openForToken: async (detail: string, machine: MachineState, openForMs: number) => {
      const seen = await store.read();
      const nowMs = clock.nowMs();
      const known = seen?.state === 'open' && seen.reason === 'token-rejected' && seen.retryAtMs > nowMs;
      if (!known) {
        const retryAtMs = nowMs + openForMs;
        await change({ state: 'open', reason: 'token-rejected', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
    endTrial: async (advance: (machine: MachineState) => Promise<Transition>, detail: string) => {
      const seen = await store.read();
      if (seen?.state === 'open') {
        const { machine, open, openForMs } = await advance(seen.machine);
        const retryAtMs = open ? clock.nowMs() + openForMs : 0;
        await change({ ...seen, state: open ? 'open' : 'closed', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
  };
}
