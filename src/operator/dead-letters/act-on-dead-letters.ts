/** Acting on dead letters: which are chosen, how many, how fast, and what is left. Deleting is the simplest act; replay.ts has the other. */

import type { Clock } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import { tokenBucket } from '../../shared/core/pace.ts';
import type { MessageSource, QueueDepth, ReceivedMessage, Unreleased } from '../../shared/queues/message-source.ts';
import { type DeadLetter, decodeDeadLetter } from './dead-letter.ts';
import { type Fate, scanQueue } from './look-at-dead-letters.ts';
import { type Match, matches } from './match-letters.ts';

/** SQS hides a message for twelve hours at the most. Source: SQS quotas, November 2026. */
const longestHoldSeconds = 43_200;
/** SQS hands out ten messages at a time. */
const batchMessages = 10;

/** What is acted on, and how fast. */
export type ActOptions = {
  match: Match;
  /** No more than so many. */
  max: number;
  /** Messages a second. */
  perSecond: number;
  holdSeconds: number;
  /** Nothing is done. */
  dryRun: boolean;
  /** Counts the queue, so that a report that ends early can say how many letters were not looked at; without it that is 0. */
  depth?: QueueDepth | undefined;
};

/** A chosen letter on which the act failed; it is still in the queue. */
export type FailedLetter = { messageId: string; jobId: string; why: string };

/** What was done. */
export type ActReport = {
  examined: number;
  /** Letters acted on; in a dry run those chosen. */
  done: number;
  /** Still in the queue: not chosen, beyond `max`, or not looked at. */
  left: number;
  /** How many of `left` were not looked at, because `max` was reached or the act was interrupted. SQS counts approximately. */
  notExamined: number;
  failed: FailedLetter[];
  /** What stays hidden from others until its hold is over. */
  unreleased: readonly Unreleased[];
};

/** What is done with the letters that are chosen. */
export type LetterAct = {
  /** Acts on one letter. @returns why it failed, in which case the letter is left; `undefined` when it was done. */
  act(message: ReceivedMessage, letter: DeadLetter): Promise<FailedLetter | undefined>;
  /** Whether the letter is one that the act itself has sent and that failed again: it is left. */
  isOwn?(letter: DeadLetter): boolean;
  /** Whether a letter that fails again would come back unchanged, so that only its message id tells it from others like it. */
  comesBackAlike?(letter: DeadLetter): boolean;
};

/** How a letter is acted on, how many, and how fast. */
type Acting = ActOptions & { onProgress(report: ActReport): void };

/**
 * Acts on what is chosen of `source`, one by one at the rate. Letters that would come back unchanged wait until the whole queue was
 * seen, and are then acted on by their message ids. Ends early when `max` is reached or `signal` aborts.
 */
export async function actOnDeadLetters(
  source: MessageSource,
  letterAct: LetterAct,
  options: Acting,
  clock: Clock,
  signal: AbortSignal,
): Promise<ActReport> {
  const total = await countOf(options.depth);
  const actor = openActor(letterAct, options, clock, signal);
  const { report, waiting } = actor;
  const scan = (fatesOf: (batch: readonly ReceivedMessage[]) => Promise<Fate[]>, isEnough: () => boolean) =>
    scanQueue(source, holdSecondsFor(options), async (batch) => {
      const fates = await fatesOf(batch);
      options.onProgress(report);
      return { fates, over: signal.aborted || isEnough() };
    });
  const first = await scan(actor.decide, actor.isFull);
  const isToScanAgain = waiting.size > 0 && !signal.aborted;
  const again = isToScanAgain ? await scan(actor.actOnWaiting, () => waiting.size === 0) : undefined;
  const notExamined = first.complete ? 0 : Math.max(0, total - report.examined);
  const left = report.left + waiting.size + notExamined;
  const heldLonger = again === undefined ? first.unreleased : [...first.unreleased, ...again.unreleased];
  return { ...report, left, notExamined, unreleased: heldLonger };
}

/** Decides, acts and keeps the report. `waiting`: ids of the messages that are acted on when the whole queue was seen. */
function openActor(letterAct: LetterAct, options: Acting, clock: Clock, signal: AbortSignal) {
  const { isOwn = () => false, comesBackAlike = () => false } = letterAct;
  const report: ActReport = { examined: 0, done: 0, left: 0, notExamined: 0, failed: [], unreleased: [] };
  const waiting = new Set<string>();
  const actOnOne = paced(letterAct.act, report, options.perSecond, clock);
  const isFull = () => report.done + report.failed.length + waiting.size >= options.max;
  const decideOne = async (message: ReceivedMessage, letter: DeadLetter, own: boolean): Promise<Fate> => {
    report.examined += 1;
    if (own || !matches(letter, options.match) || isFull() || signal.aborted) {
      report.left += 1;
    } else if (options.dryRun) {
      report.done += 1;
    } else if (comesBackAlike(letter)) {
      waiting.add(message.messageId);
    } else {
      return actOnOne(message, letter);
    }
    return 'left';
  };
  return {
    report,
    waiting,
    isFull,
    decide: async (batch: readonly ReceivedMessage[]): Promise<Fate[]> => {
      // Judged before the first letter is acted on: nothing that follows can have sent what was received by then.
      const letters = batch.map((message) => ({ message, letter: decodeDeadLetter(message) }));
      const judged = letters.map((one) => ({ ...one, own: isOwn(one.letter) }));
      return inOrder(judged, ({ message, letter, own }) => decideOne(message, letter, own));
    },
    actOnWaiting: (batch: readonly ReceivedMessage[]): Promise<Fate[]> =>
      inOrder(batch, async (message) => {
        const isTurn = !signal.aborted && waiting.delete(message.messageId);
        return isTurn ? actOnOne(message, decodeDeadLetter(message)) : 'left';
      }),
  };
}

/** Acts on one letter when its turn has come, and keeps the report of it. */
function paced(act: LetterAct['act'], report: ActReport, perSecond: number, clock: Clock) {
  const inTurn = tokenBucket({ unitsPerSecond: perSecond, burst: 1 }, clock);
  return async (message: ReceivedMessage, letter: DeadLetter): Promise<Fate> => {
    await inTurn(1);
    const failure = await act(message, letter);
    if (failure !== undefined) {
      report.failed.push(failure);
      return 'left';
    }
    report.done += 1;
    return 'deleted';
  };
}

async function inOrder<T>(those: readonly T[], fateOf: (one: T) => Promise<Fate>): Promise<Fate[]> {
  const fates: Fate[] = [];
  for (const one of those) {
    fates.push(await fateOf(one));
  }
  return fates;
}

/** A batch of ten is acted on one by one: the hold must outlast it. */
function holdSecondsFor({ holdSeconds, perSecond, dryRun }: ActOptions): number {
  return dryRun ? holdSeconds : Math.min(longestHoldSeconds, holdSeconds + Math.ceil(batchMessages / perSecond));
}

/** Every message in the queue, hidden or not; 0 without a `depth`. */
async function countOf(depth: QueueDepth | undefined): Promise<number> {
  const { visible, delayed, inFlight } = (await depth?.read()) ?? { visible: 0, delayed: 0, inFlight: 0 };
  return visible + delayed + inFlight;
}

/** What a deletion did. `deleted` counts letters that were deleted, in a dry run those that were chosen. */
export type DeleteReport = Omit<ActReport, 'done'> & { deleted: number };

/** Deletes what is chosen of `source`, one by one; the rest is released untouched. Ends early when `signal` aborts. */
export async function deleteDeadLetters(
  source: MessageSource,
  options: ActOptions & { onProgress(report: DeleteReport): void },
  clock: Clock,
  signal: AbortSignal,
): Promise<DeleteReport> {
  const reportOf = ({ examined, done, ...report }: ActReport) => ({ examined, deleted: done, ...report });
  const act: LetterAct['act'] = async (message, { messageId, jobId }) => {
    try {
      await source.remove(message);
      return undefined;
    } catch (error) {
      return { messageId, jobId, why: messageOf(error) };
    }
  };
  const onProgress = (report: ActReport) => options.onProgress(reportOf(report));
  return reportOf(await actOnDeadLetters(source, { act }, { ...options, onProgress }, clock, signal));
}
