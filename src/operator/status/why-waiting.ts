/** Why a run is not done yet, from what was read of its stack: as sentences, and told again and again while it is waited for. */

import { type Clock, isoFromMs, latestDateMs } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import { groupBy } from '../../shared/core/group-by.ts';
import type { BreakerRecord } from '../../shared/throttle/breaker-record.ts';
import { tooFarAhead } from '../../shared/throttle/rate-doubt.ts';
import { type RateFigures, rateFigures } from '../../shared/throttle/rate-figures.ts';
import { nextSlotMs, type RateLimits, type RateState } from '../../shared/throttle/rate-schedule.ts';

/** Messages of a queue; SQS counts approximately. */
export type Depth = { visible: number; delayed: number; inFlight: number };

/** What was read of a stack; what could not be read is absent. */
export type WaitFacts = {
  /** What is waited for where nothing else is known yet. */
  doing?: string | undefined;
  breaker?: BreakerRecord | undefined;
  rate?: { state: RateState; limits: RateLimits } | undefined;
  queues?: { fetch: Depth; items: Depth } | undefined;
  /** Messages of other runs on the fetch queue. */
  othersWaiting?: number | undefined;
  /** Why each open job was deferred or failed last, by job. */
  lastReasons?: ReadonlyMap<string, string> | undefined;
  /** When the first of the deferred jobs is due, in epoch milliseconds. */
  nextDelayedMs?: number | undefined;
  /** Why each job of the run that is in a dead-letter queue got there, by job; empty when SQS put it there. */
  deadLetters?: ReadonlyMap<string, string> | undefined;
};

const reasonsTold = 3;
const detailCharacters = 200;
/** A shorter queue of slots is normal at any rate. */
const slotsWorthTellingMs = 2_000;
/** Where fewer calls are refused at random, their retries are not noticed. */
const noiseWorthTelling = 0.05;
/** With the time for reading, a person hears at least every ten seconds. */
const everyMs = 8_000;
/** A stack that takes longer counts as one that does not answer. */
const readMs = 1_500;

/**
 * While `work` runs, says what it is waiting for every eight seconds. What cannot be read is said as such; the work is never
 * disturbed.
 */
export async function sayingWhy<T>(
  work: Promise<T>,
  deps: { clock: Clock; read: () => Promise<WaitFacts>; say: (sentence: string) => void },
): Promise<T> {
  const over = new AbortController();
  const saying = sayUntil(over.signal, deps);
  try {
    return await work;
  } finally {
    over.abort();
    await saying;
  }
}

async function sayUntil(signal: AbortSignal, { clock, read, say }: Parameters<typeof sayingWhy>[1]): Promise<void> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) {
      return;
    }
    const sentence = await stateSentence(read, signal, clock);
    if (signal.aborted) {
      return;
    }
    say(`waiting for ${Math.round((clock.monotonicMs() - startedMs) / 1_000)} s: ${sentence}`);
  }
}

async function stateSentence(read: () => Promise<WaitFacts>, signal: AbortSignal, clock: Clock): Promise<string> {
  const over = new AbortController();
  const late = clock.sleep(readMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
  try {
    const facts = await Promise.race([read(), late]);
    return facts === undefined ? 'the stack does not answer' : whyWaiting(facts, clock.nowMs()).join('; ');
  } catch (error) {
    return `the state of the stack cannot be read (${messageOf(error).split('\n', 1)[0]}), the wait goes on`;
  } finally {
    over.abort();
  }
}

/** Sentences, the one that holds up the most first; never none. Pure. */
export function whyWaiting(facts: WaitFacts, nowMs: number): string[] {
  const sentences = [
    ...(facts.doing === undefined ? [] : [facts.doing]),
    ...standstills(facts, nowMs),
    ...jobReasons(facts.lastReasons),
    ...delays(facts, nowMs),
    ...backlogs(facts),
    ...deadLetters(facts.deadLetters),
  ];
  return sentences.length > 0 ? sentences : ['calls are in flight, and nothing was refused'];
}

/** What stops or slows down every job: the breaker and the throttle. */
export function standstills({ breaker, rate }: WaitFacts, nowMs: number): string[] {
  return [...(breaker?.state === 'open' ? [openBreaker(breaker, nowMs)] : []), ...(rate ? throttles(rate, nowMs) : [])];
}

function openBreaker({ reason, detail, retryAtMs }: BreakerRecord, nowMs: number): string {
  // Open by hand: no trial is ever due. As late a time with another reason is a damaged record.
  const until =
    reason === 'by-hand' && retryAtMs >= latestDateMs
      ? 'until it is closed by hand (`breaker close`)'
      : retryAtMs > nowMs && retryAtMs < latestDateMs
        ? `next trial in ${seconds(retryAtMs - nowMs)} (${isoFromMs(retryAtMs)})`
        : 'a trial is due';
  return `the breaker is open (${reason}: ${short(detail)}), ${until}`;
}

function throttles({ state, limits }: NonNullable<WaitFacts['rate']>, nowMs: number): string[] {
  const pauseMs = state.pausedUntilMs - nowMs;
  const slotsMs = nextSlotMs(state, nowMs) - nowMs;
  if (tooFarAhead(state, nowMs, limits) !== undefined) {
    return [
      'the throttle was put too far ahead by a clock that was wrong: it mends itself within a minute of the next calls',
    ];
  }
  return [
    ...(pauseMs > 0
      ? [`TMDB has throttled: no call for ${seconds(pauseMs)} (until ${isoFromMs(state.pausedUntilMs)})`]
      : []),
    ...refusals(rateFigures(state, limits, nowMs)),
    ...(slotsMs > Math.max(pauseMs, 0) + slotsWorthTellingMs
      ? [`all slots of the next ${seconds(slotsMs)} are taken`]
      : []),
  ];
}

/** A rate below the configured one, or refusals that are no reason for one. */
function refusals(rate: RateFigures): string[] {
  const { perSecond, configuredPerSecond, ceilingPerSecond, noiseShare } = rate;
  const counts = `${rate.refusals} of ${count(rate.answers, 'answer')} so far`;
  if (ceilingPerSecond !== null && perSecond < configuredPerSecond) {
    return [
      `the rate is ${perSecond} of ${configuredPerSecond} calls a second, because TMDB refuses calls above ${ceilingPerSecond} (${counts})`,
    ];
  }
  return noiseShare >= noiseWorthTelling
    ? [`TMDB refuses ${Math.round(100 * noiseShare)} % of the calls at any rate (${counts}): they are tried again`]
    : [];
}

/** Each reason with how many jobs it holds up, the most frequent first. */
function jobReasons(reasons: WaitFacts['lastReasons'] = new Map()): string[] {
  return grouped(reasons).map(([reason, jobs]) => `${named(jobs)} deferred: ${short(reason)}`);
}

function deadLetters(letters: WaitFacts['deadLetters'] = new Map()): string[] {
  return grouped(letters).map(
    ([reason, jobs]) => `${named(jobs)} in a dead-letter queue: ${short(reason) || 'moved by SQS, received too often'}`,
  );
}

function grouped(reasons: ReadonlyMap<string, string>): [reason: string, jobs: string[]][] {
  const groups = groupBy([...reasons], ([, reason]) => reason);
  return [...groups]
    .map(([reason, entries]): [string, string[]] => [reason, entries.map(([job]) => job)])
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, reasonsTold);
}

function named(jobs: readonly string[]): string {
  return jobs.length === 1 ? `job ${jobs[0]} is` : `${jobs.length} jobs are`;
}

function delays({ nextDelayedMs, queues }: WaitFacts, nowMs: number): string[] {
  if (nextDelayedMs !== undefined && nextDelayedMs > nowMs) {
    return [`the next deferred job is due in ${seconds(nextDelayedMs - nowMs)}`];
  }
  const delayed = queues?.fetch.delayed ?? 0;
  return delayed > 0 ? [`${count(delayed, 'job')} on the fetch queue ${delayed === 1 ? 'is' : 'are'} delayed`] : [];
}

function backlogs({ queues, othersWaiting = 0 }: WaitFacts): string[] {
  if (queues === undefined) {
    return [];
  }
  const { fetch, items } = queues;
  const others = othersWaiting > 0 ? `, ${othersWaiting} of other runs` : '';
  return [
    ...(fetch.visible > 0 ? [`${count(fetch.visible, 'job')} waiting on the fetch queue${others}`] : []),
    ...(fetch.inFlight > 0 ? [`${count(fetch.inFlight, 'job')} in flight to TMDB`] : []),
    ...(items.visible + items.inFlight + items.delayed > 0
      ? [`${count(items.visible + items.inFlight + items.delayed, 'page')} waiting for the writer`]
      : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

function short(text: string): string {
  return text.length > detailCharacters ? `${text.slice(0, detailCharacters - 1)}…` : text;
}
