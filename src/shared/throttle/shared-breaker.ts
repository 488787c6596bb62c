/**
 * One breaker for all workers.
 *
 *   closed ── calls fail consistently, or the token is rejected and a check confirms it ──► open until `retryAtMs`
 *   open   ── `retryAtMs` has passed: one worker takes the trial, by a conditional write ──► trial in flight until `trialUntilMs`
 *   trial  ── succeeds ──► closed;  fails ──► open, for longer;  reports no result ──► another worker may take it
 *
 * Each worker counts failures on its own; the open state, its reason and the trial are shared.
 */
import { type Clock, callSkewMs, isoFromMs } from '../core/clock.ts';
import {
  type BreakerLimits,
  breakerMachine,
  type MachineState,
  openedMachine,
  type Transition,
} from './breaker-machine.ts';
import type { BreakerRecord, BreakerStore } from './breaker-record.ts';

/** Whether a call may be made. */
export type Admission =
  | { kind: 'closed' }
  /** The one trial of the open record with this revision. Its call must begin by `beginByMs` (epoch); `ended` reports its outcome. */
  | { kind: 'trial'; revision: number; beginByMs: number }
  | { kind: 'refused'; reason: BreakerRecord['reason']; detail: string; retryInMs: number };

/** The breaker's interface for a worker. */
export type SharedBreaker = {
  /** Reads the shared state; takes the trial if one is due and no other worker holds it. */
  admit(): Promise<Admission>;
  /** Reports how an admitted call ended; `neutral` if the result says nothing about TMDB's health, such as a throttle. */
  ended(admission: Admission, outcome: 'succeeded' | 'failed' | 'neutral', detail: string): Promise<void>;
  /**
   * Handles an admitted call whose token TMDB refused. One answer alone does not open the breaker: `check` makes a second call, and the
   * breaker opens only if that is refused too. Further refusals in this process wait for the same check. There is no check if the breaker
   * is already open for this reason or by hand.
   * @param check - makes the call; its gate uses `admit`, which takes no trial and refuses once the breaker has opened.
   */
  confirmRejection(
    admission: Admission,
    refusal: string,
    check: (admit: () => Promise<Admission>) => Promise<TokenCheck>,
  ): Promise<TokenCheck>;
};

/**
 * What the second call says about a refused token. `unproven`: neither that TMDB rejects it nor that TMDB accepts it. For a confirmed
 * rejection, `detail` contains both answers.
 */
export type TokenCheck = { kind: 'rejected' | 'accepted' | 'unproven'; detail: string };

/** Called whenever this worker has opened or closed the breaker. */
type BreakerListener = (record: BreakerRecord) => void;

/** Shortest delay before the breaker is read again, for when another worker's trial is about to end. */
const shortestRefusalMs = 1_000;

/** Connects a worker to the shared breaker. */
export function sharedBreaker(
  store: BreakerStore,
  limits: BreakerLimits,
  clock: Clock,
  onChange: BreakerListener,
): SharedBreaker {
  const machine = breakerMachine(limits);
  const changes = breakerChanges(store, limits, clock, onChange);
  let countedSinceRevision = 0;
  return {
    confirmRejection: oneCheckAtATime(store, limits, clock, changes.openForToken),
    admit: async () => {
      const record = await store.read();
      if (record?.state === 'open') {
        return admitWhileOpen(record, store, limits, clock.nowMs());
      }
      // A new revision means that the breaker has opened and closed since: failures from before that no longer count.
      if (record !== undefined && record.revision !== countedSinceRevision) {
        machine.reset();
        countedSinceRevision = record.revision;
      }
      return { kind: 'closed' };
    },
    ended: async (admission, outcome, detail) => {
      if (admission.kind === 'trial') {
        // A throttle is an answer too: TMDB is reachable.
        const advance = (state: MachineState) => machine.trial(state, outcome !== 'failed');
        await changes.endTrial(admission.revision, advance, detail);
      } else if (outcome !== 'neutral') {
        const counted = await machine.count(outcome === 'succeeded');
        if (counted.open) {
          await changes.openForFailures(detail, counted.machine, counted.openForMs);
        }
      }
    },
  };
}

/** Runs one check at a time: concurrent callers in this process share its result. */
function oneCheckAtATime(
  store: BreakerStore,
  limits: BreakerLimits,
  clock: Clock,
  rejectToken: (detail: string) => Promise<void>,
): SharedBreaker['confirmRejection'] {
  let inFlight: Promise<TokenCheck> | undefined;
  return (admission, refusal, check) => {
    const begin = async (): Promise<TokenCheck> => {
      const known = await knownCheck(store, limits, clock.nowMs());
      if (known !== undefined) {
        return known;
      }
      const outcome = await check(() => stillAdmitted(admission, store, limits, clock.nowMs()));
      if (outcome.kind !== 'rejected') {
        return outcome;
      }
      const detail = `${refusal}; ${outcome.detail}`;
      await rejectToken(detail);
      return { kind: 'rejected', detail };
    };
    inFlight ??= begin().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
}

/** The result without a check if the breaker is already open for the token or by hand: another call would bring nothing new. */
async function knownCheck(store: BreakerStore, limits: BreakerLimits, nowMs: number): Promise<TokenCheck | undefined> {
  const seen = await store.read();
  if (seen === undefined || !outranksToken(seen, limits, nowMs)) {
    return undefined;
  }
  return seen.reason === 'token-rejected'
    ? { kind: 'rejected', detail: seen.detail }
    : { kind: 'unproven', detail: `the breaker is open already (${seen.reason}): ${seen.detail}` };
}

/** Admission for the second call. Unlike `admit`, it takes no trial. */
async function stillAdmitted(
  admission: Admission,
  store: BreakerStore,
  limits: BreakerLimits,
  nowMs: number,
): Promise<Admission> {
  const record = admission.kind === 'trial' ? undefined : await store.read();
  return record?.state === 'open' ? refusedBy(record, limits, nowMs) : admission;
}

/** Admission while open: one worker takes the trial once it is due; the others learn when to try again. */
async function admitWhileOpen(
  record: BreakerRecord,
  store: BreakerStore,
  limits: BreakerLimits,
  nowMs: number,
): Promise<Admission> {
  if (nowMs >= believedDueMs(record, limits, nowMs)) {
    const taken = { ...record, trialUntilMs: nowMs + limits.trialMs, revision: record.revision + 1 };
    if (await store.replace(taken, record.revision)) {
      // Half of the trial's time is for waiting for a slot, the other half for the call.
      return { kind: 'trial', revision: taken.revision, beginByMs: nowMs + limits.trialMs / 2 };
    }
  }
  return refusedBy(record, limits, nowMs);
}

function refusedBy(
  record: BreakerRecord,
  limits: BreakerLimits,
  nowMs: number,
): Extract<Admission, { kind: 'refused' }> {
  const retryInMs = Math.max(believedDueMs(record, limits, nowMs) - nowMs, shortestRefusalMs);
  return { kind: 'refused', reason: record.reason, detail: record.detail, retryInMs };
}

function believedDueMs(record: BreakerRecord, limits: BreakerLimits, nowMs: number): number {
  return Math.max(believedRetryMs(record, limits, nowMs), believedTrialMs(record, limits, nowMs));
}

/**
 * `retryAtMs`, or 0 if it is later than the longest opening for its reason: a wrong clock has written it, and the opening counts as over.
 * An operator may open the breaker for any time.
 */
function believedRetryMs({ reason, retryAtMs }: BreakerRecord, limits: BreakerLimits, nowMs: number): number {
  // If the trial after a rejected token fails for another reason, the breaker opens for as long as it does for failures.
  const failuresMs = Math.max(limits.openMs, limits.openCapMs);
  const longestMs = reason === 'failures' ? failuresMs : Math.max(failuresMs, limits.tokenOpenMs);
  return reason === 'by-hand' || retryAtMs <= nowMs + longestMs + callSkewMs ? retryAtMs : 0;
}

function believedTrialMs({ trialUntilMs }: BreakerRecord, { trialMs }: BreakerLimits, nowMs: number): number {
  return trialUntilMs <= nowMs + trialMs + callSkewMs ? trialUntilMs : 0;
}

/** Attempts to store a rejected token, which must not be lost. Each failed one means that another worker changed the record. */
const tokenAttempts = 10;

/** The changes of the shared record. Each is a conditional write that fails if another worker has changed the record. */
function breakerChanges(store: BreakerStore, limits: BreakerLimits, clock: Clock, onChange: BreakerListener) {
  const change = async (next: Omit<BreakerRecord, 'revision' | 'since'>, seen: BreakerRecord | undefined) => {
    const revision = seen?.revision ?? 0;
    const record = { ...next, since: isoFromMs(clock.nowMs()), revision: revision + 1 };
    const stored = await store.replace(record, revision);
    if (stored) {
      onChange(record);
    }
    return stored;
  };
  return {
    /** Does not repeat a failed write: another worker has opened the breaker, or has just closed it. */
    openForFailures: async (detail: string, machine: MachineState, openForMs: number) => {
      const seen = await store.read();
      if (seen?.state !== 'open') {
        const retryAtMs = clock.nowMs() + openForMs;
        await change({ state: 'open', reason: 'failures', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
    /** Replaces an opening for failures, but not one by hand. */
    openForToken: async (detail: string) => {
      const machine = openedMachine(limits);
      for (let attempt = 1; attempt <= tokenAttempts; attempt += 1) {
        const seen = await store.read();
        const retryAtMs = clock.nowMs() + limits.tokenOpenMs;
        const next = { state: 'open', reason: 'token-rejected', detail, retryAtMs, trialUntilMs: 0, machine } as const;
        if (outranksToken(seen, limits, clock.nowMs()) || (await change(next, seen))) {
          return;
        }
      }
    },
    /** Changes only the record to which the trial belongs. A record that has changed since is the decision of another worker or operator. */
    endTrial: async (revision: number, advance: (machine: MachineState) => Promise<Transition>, detail: string) => {
      const seen = await store.read();
      if (seen?.state === 'open' && seen.revision === revision) {
        const { machine, open, openForMs } = await advance(seen.machine);
        const retryAtMs = open ? clock.nowMs() + openForMs : 0;
        await change({ ...seen, state: open ? 'open' : 'closed', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
  };
}

/** Whether a rejected token leaves the record as it is: it was opened by an operator, or for the token and the opening is not over. */
function outranksToken(seen: BreakerRecord | undefined, limits: BreakerLimits, nowMs: number): boolean {
  if (seen?.state !== 'open') {
    return false;
  }
  return (
    seen.reason === 'by-hand' || (seen.reason === 'token-rejected' && believedRetryMs(seen, limits, nowMs) > nowMs)
  );
}
