/** The shared timeline of slots as a port, and what every store of it does with its one item. */
import type { Clock } from '../core/clock.ts';
import { RetryableError } from '../core/errors.ts';
import { unthrottled, withoutDoubt } from './rate-doubt.ts';
import { type RateFigures, rateFigures } from './rate-figures.ts';
import { type CallAnswer, learn } from './rate-rule.ts';
import {
  afterAnswers,
  idleRateState,
  nextSlotMs,
  type RateLimits,
  type RateState,
  type Slot,
  slotsWithin,
  takeSlots,
} from './rate-schedule.ts';
import { recentDuration } from './recent-duration.ts';

/** The store of the shared timeline of slots. */
export type RateScheduleStore = {
  /**
   * Takes `count` slots for this caller alone, ascending. If the first would be more than `withinMs` away (default: no limit) it takes none
   * and returns an empty list: unused slots would delay the other workers. It also returns an empty list while a wrong clock has put the
   * timeline far ahead, which is repaired within a minute of the first take (rate-doubt.ts).
   */
  take(count: number, withinMs?: number): Promise<Slot[]>;
  /**
   * Reports TMDB's answer to a call, for all workers. It is stored with the next slots that are taken; at once if it asks for a pause, raises
   * an alarm, or disproves the ceiling.
   */
  answered(answer: CallAnswer): Promise<void>;
  /** Restores the full rate, forgets what was learnt, and brings back times that are too far ahead at once. For operators. */
  forgetThrottles(): Promise<void>;
  /** The current state; the idle state if there was no call yet. */
  read(): Promise<RateState>;
  /** The rate as this worker knows it, without a read: the state that it saw last, and the answers since. `undefined` before the first read. */
  seen(): RateFigures | undefined;
};

/** The state as it is stored. `revision` is whatever the item has for it; a replacement requires that it is unchanged. */
export type StoredRate = { state: RateState; revision: unknown };

/** The one item of a schedule. */
export type RateItem = {
  read(): Promise<StoredRate>;
  /** Stores `next` if the item is still the one that was seen; returns the item afterwards. */
  replace(next: RateState, seen: StoredRate): Promise<{ done: boolean; stored: StoredRate }>;
};

/** Attempts of a replacement. Each failed one means that another worker was faster. */
const attempts = 25;
const contended = `the rate schedule was not updated: other workers changed it first, ${attempts} times in a row`;
/** After a lost race, longer with each one. */
const raceMs = 4;
/**
 * What was seen of the item is current for this long: most often the read before a call serves for the next slots as well. Where other workers
 * were faster, it is so for the shorter time in the next few changes, since a put that loses a race costs more than a read.
 */
const currentMs = 150;
const contendedCurrentMs = 20;
const contendedChanges = 20;
/** Slots of an idle timeline begin at most so much later than now. */
const mostLeadMs = 1_000;
/**
 * How long calls last is a mean, in which the latest has this weight at least: a single slow answer changes little. What is assumed at first
 * counts as so many calls, so that a new container knows soon what slow answers mean.
 */
const latestWeight = 0.05;
const usualCallMs = 200;
const assumedCalls = 5;
/** Calls have time-outs that are far shorter: an answer that seems to have taken longer, or no time, was timed by a clock that was set. */
const longestCallMs = 30_000;
/** Answers that wait for the next slots. A container that never takes any forgets the oldest. */
const mostAnswers = 300;

/** One worker's access to the schedule that `item` keeps. Its changes are made one after the other. */
export function rateScheduleStore(item: RateItem, limits: RateLimits, clock: Clock): RateScheduleStore {
  const [reads, writes] = [recentDuration(clock), recentDuration(clock)];
  const measured: RateItem = {
    read: () => reads.measure(() => item.read()),
    replace: (next, seen) => writes.measure(() => item.replace(next, seen)),
  };
  const shared = sharedState(measured, limits, clock);
  let [callMs, calls] = [usualCallMs, assumedCalls];
  /**
   * How much later than now a slot can be used at all: the write that takes it takes time, and the read before its call does. Half of the
   * tolerance covers the usual few milliseconds, so that slots begin at once then.
   */
  const leadMs = () => Math.min(mostLeadMs, Math.max(0, writes.meanMs() + reads.meanMs() - limits.slotToleranceMs / 2));
  return {
    read: async () => (await shared.read()).state,
    seen: () => {
      const { state, answers } = shared.known();
      return state && rateFigures(learn(state, answers, clock.nowMs()), limits, clock.nowMs());
    },
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      const startedMs = clock.monotonicMs();
      const slots = await shared.change((state) => {
        // Reads and lost races take time, too.
        const leftMs = withinMs - (clock.monotonicMs() - startedMs);
        return slotsOrDoubt(state, { count, withinMs: leftMs, nowMs: clock.nowMs(), leadMs: leadMs(), callMs, limits });
      });
      return slots ?? [];
    },
    answered: async (answer) => {
      shared.note(answer);
      const tookMs = clock.nowMs() - answer.slotMs;
      if (tookMs > 0 && tookMs < longestCallMs) {
        calls += 1;
        callMs += Math.max(latestWeight, 1 / calls) * (tookMs - callMs);
      }
      if (answer.outcome === 'refused' && isUrgent(shared.known(), clock.nowMs())) {
        await shared.tell();
      }
    },
    forgetThrottles: async () => {
      shared.forget();
      await shared.change((state) => ({ state: unthrottled(state, clock.nowMs(), limits), result: undefined }));
    },
  };
}

/** The state that this worker saw last, the answers that it has not stored yet, and changes in which they are stored. */
function sharedState(item: RateItem, limits: RateLimits, clock: Clock) {
  let seen: { stored: StoredRate; atMs: number } | undefined;
  let answers: readonly CallAnswer[] = [];
  const [currency, inTurn] = [currencyOf(), oneAfterTheOther()];

  const see = (stored: StoredRate): StoredRate => {
    seen = { stored, atMs: clock.monotonicMs() };
    return stored;
  };
  const read = async () => see(await item.read());
  const current = async (longestMs: number) =>
    seen !== undefined && clock.monotonicMs() - seen.atMs <= longestMs ? seen.stored : await read();

  /** Replaces the state until that succeeds; `undefined` if `next` returned no further state. */
  const replace = async <T>(next: (state: RateState) => { state: RateState; result: T } | undefined) => {
    let stored = await current(currency.nextMs());
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const told = answers;
      const changed = next(afterAnswers(stored.state, told, clock.nowMs(), limits));
      if (changed === undefined) {
        return undefined;
      }
      const { done, stored: after } = await item.replace(changed.state, stored);
      stored = see(after);
      if (done) {
        answers = answers.filter((answer) => !told.includes(answer));
        return changed.result;
      }
      currency.lostRace();
      await clock.sleep(raceMs * attempt);
    }
    throw new RetryableError('schedule_contended', contended);
  };

  return {
    read,
    note: (answer: CallAnswer) => {
      answers = [...answers.slice(1 - mostAnswers), answer];
    },
    forget: () => {
      answers = [];
      seen = undefined;
    },
    known: () => ({ state: seen?.stored.state, answers }),
    /** Stores the answers, unless a change before this one has done so. */
    tell: () =>
      inTurn(async () => (answers.length === 0 ? undefined : replace((state) => ({ state, result: undefined })))),
    change: <T>(next: Parameters<typeof replace<T>>[0]): Promise<T | undefined> => inTurn(() => replace(next)),
  };
}

/** For how long what was seen counts as current. */
function currencyOf() {
  let contendedFor = 0;
  return {
    /** For the next change. */
    nextMs: () => {
      contendedFor = Math.max(0, contendedFor - 1);
      return contendedFor > 0 ? contendedCurrentMs : currentMs;
    },
    lostRace: () => {
      contendedFor = contendedChanges;
    },
  };
}

/** Runs what it is given one after the other, whether or not the one before has failed. */
function oneAfterTheOther() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

type Wanted = {
  count: number;
  withinMs: number;
  nowMs: number;
  leadMs: number;
  callMs: number;
  limits: RateLimits;
};

/** The slots and the state without them; no slots and a state in which a doubt is noted; `undefined` if none can be taken. */
function slotsOrDoubt(
  state: RateState,
  { count, withinMs, nowMs, leadMs, callMs, limits }: Wanted,
): { state: RateState; result: Slot[] } | undefined {
  const judged = withinMs < 0 ? undefined : withoutDoubt(state, nowMs, limits);
  if (judged !== undefined && !judged.isUsable) {
    return { state: judged.state, result: [] };
  }
  const fromMs = nowMs + leadMs;
  const leftMs = withinMs - leadMs;
  if (judged === undefined || nextSlotMs(judged.state, fromMs) - fromMs > leftMs) {
    return undefined;
  }
  // Slots that come too late for every job of this worker would delay the others.
  const usable = slotsWithin(judged.state, leftMs, fromMs, limits, callMs);
  const taken = takeSlots(judged.state, Math.min(count, usable), fromMs, limits, callMs);
  return { state: taken.state, result: taken.slots };
}

/** What a worker knows: the state that it saw last, and the answers since. */
type Known = { state?: RateState | undefined; answers: readonly CallAnswer[] };

/** Whether the answers change what all workers do now. Nothing else raises an alarm or disproves a ceiling but a refusal. */
function isUrgent({ state = idleRateState, answers }: Known, nowMs: number): boolean {
  const next = learn(state, answers, nowMs);
  const isPause = answers.some(({ retryAfterMs }) => retryAfterMs !== undefined);
  return isPause || next.alarmAtMs !== state.alarmAtMs || (state.ceiling > 0 && next.ceiling === 0);
}
