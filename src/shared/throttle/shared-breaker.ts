/**
 * One breaker for all workers.
 *
 *   closed ── calls fail consistently, or the token is rejected, and once more when that is checked ──► open until `retryAtMs`
 *   open   ── time is up: one worker takes the trial, by a conditional write ──► trial in flight until `trialUntilMs`
 *   trial  ── succeeds ──► closed;  fails ──► open, for longer;  is not heard of ──► another worker may take it
 *
 * Failures are counted in each worker; the open state, its reason and the trial are shared.
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
  /** The one trial, of the opening of this revision; its call begins by `beginByMs` (epoch), its outcome is told by `ended`. */
  | { kind: 'trial'; revision: number; beginByMs: number }
  | { kind: 'refused'; reason: BreakerRecord['reason']; detail: string; retryInMs: number };

/** The breaker as a worker uses it. */
export type SharedBreaker = {
  /** Reads the shared state; takes the trial when one is due and nobody else has it. */
  admit(): Promise<Admission>;
  /** Tells how an admitted call ended; `neutral` for what says nothing about TMDB's health, such as a throttle. */
  ended(admission: Admission, outcome: 'succeeded' | 'failed' | 'neutral', detail: string): Promise<void>;
  /**
   * TMDB refused the token of an admitted call. One answer stops nobody: `check` asks once more, and only when that is
   * refused too the breaker opens: nobody calls until the time is up or somebody closes it. Refusals that come meanwhile in this process wait for the same check. Nothing is checked
   * where the breaker is open for that reason already, or by hand.
   * @param check - makes the call; its gate asks `admit`, which takes no trial and refuses once the breaker has opened.
   */
  confirmRejection(
    admission: Admission,
    refusal: string,
    check: (admit: () => Promise<Admission>) => Promise<TokenCheck>,
  ): Promise<TokenCheck>;
};

/**
 * What a second call says about a refused token, in a clause; `unproven`: neither that it is refused nor that it is taken. Of a confirmed
 * rejection the breaker tells what both calls answered.
 */
export type TokenCheck = { kind: 'rejected' | 'accepted' | 'unproven'; detail: string };

/** Told whenever this worker opened or closed the breaker. */
type BreakerListener = (record: BreakerRecord) => void;

/** Delay before the breaker is read again when another worker's trial is about to end. */
const shortestRefusalMs = 1_000;

/** A worker's end of the shared breaker. */
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
      // A new revision: there was an opening since, and failures from before it say nothing any more.
      if (record !== undefined && record.revision !== countedSinceRevision) {
        machine.reset();
        countedSinceRevision = record.revision;
      }
      return { kind: 'closed' };
    },
    ended: async (admission, outcome, detail) => {
      if (admission.kind === 'trial') {
        // A throttle is an answer: TMDB is there.
        const advance = (state: MachineState) => machine.trial(state, outcome !== 'failed');
        await changes.endTrial(admission.revision, advance, detail);
      } else if (outcome !== 'neutral') {
        const { open, machine: state, openForMs } = await machine.count(outcome === 'succeeded');
        if (open) {
          await changes.openForFailures(detail, state, openForMs);
        }
      }
    },
  };
}

/** The check in flight in this process, or a new one. */
function oneCheckAtATime(
  store: BreakerStore,
  limits: BreakerLimits,
  clock: Clock,
  rejectToken: (detail: string) => Promise<void>,
): SharedBreaker['confirmRejection'] {
  let underWay: Promise<TokenCheck> | undefined;
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
    underWay ??= begin().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** Somebody else has stopped everyone meanwhile: one more call would tell nothing new. */
async function knownCheck(store: BreakerStore, limits: BreakerLimits, nowMs: number): Promise<TokenCheck | undefined> {
  const seen = await store.read();
  if (seen === undefined || !outranksToken(seen, limits, nowMs)) {
    return undefined;
  }
  return seen.reason === 'token-rejected'
    ? { kind: 'rejected', detail: seen.detail }
    : { kind: 'unproven', detail: `the breaker is open already (${seen.reason}): ${seen.detail}` };
}

/** A second look for the second call: unlike `admit` it takes no trial. */
async function stillAdmitted(
  admission: Admission,
  store: BreakerStore,
  limits: BreakerLimits,
  nowMs: number,
): Promise<Admission> {
  const record = admission.kind === 'trial' ? undefined : await store.read();
  return record?.state === 'open' ? refusedBy(record, limits, nowMs) : admission;
}

/** Open: one worker takes the trial once it is due, the others are told when to ask again. */
async function admitWhileOpen(
  record: BreakerRecord,
  store: BreakerStore,
  limits: BreakerLimits,
  nowMs: number,
): Promise<Admission> {
  if (nowMs >= believedDueMs(record, limits, nowMs)) {
    const taken = { ...record, trialUntilMs: nowMs + limits.trialMs, revision: record.revision + 1 };
    if (await store.replace(taken, record.revision)) {
      // Half of the trial's time is for waiting, the other half for the call.
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

/** An opening ends at the cap of its reason at the latest, unless it is a person's; one that lies further ahead is that of a wrong clock, and over. */
function believedRetryMs({ reason, retryAtMs }: BreakerRecord, limits: BreakerLimits, nowMs: number): number {
  // A trial of a rejected token that fails otherwise opens the breaker for as long as failures do.
  const failuresMs = Math.max(limits.openMs, limits.openCapMs);
  const longestMs = reason === 'failures' ? failuresMs : Math.max(failuresMs, limits.tokenOpenMs);
  return reason === 'by-hand' || retryAtMs <= nowMs + longestMs + callSkewMs ? retryAtMs : 0;
}

function believedTrialMs({ trialUntilMs }: BreakerRecord, { trialMs }: BreakerLimits, nowMs: number): number {
  return trialUntilMs <= nowMs + trialMs + callSkewMs ? trialUntilMs : 0;
}

/** A rejected token must not get lost to others; each lost race means that somebody else changed the record. */
const tokenAttempts = 10;

/** The changes of state. Each is made on condition that nobody made another one meanwhile. */
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
    /** Who loses to another change leaves it at that: the breaker is open, or somebody has just closed it. */
    openForFailures: async (detail: string, machine: MachineState, openForMs: number) => {
      const seen = await store.read();
      if (seen?.state !== 'open') {
        const retryAtMs = clock.nowMs() + openForMs;
        await change({ state: 'open', reason: 'failures', detail, retryAtMs, trialUntilMs: 0, machine }, seen);
      }
    },
    /** Takes the place of an opening for failures, and of nobody's by hand. */
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
    /** Only the opening that the trial belongs to: a record changed since then is somebody else's decision. */
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

/** Openings that a rejected token leaves alone: an operator's, and its own while it lasts and is believed. */
function outranksToken(seen: BreakerRecord | undefined, limits: BreakerLimits, nowMs: number): boolean {
  if (seen?.state !== 'open') {
    return false;
  }
  return (
    seen.reason === 'by-hand' || (seen.reason === 'token-rejected' && believedRetryMs(seen, limits, nowMs) > nowMs)
  );
}
