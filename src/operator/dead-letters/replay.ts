/**
 * Takes dead letters back to their queue, one by one:
 *
 *   receive → send with the count of replays → delete
 *
 * A crash after the send leaves the message in both queues: it is replayed again later, which changes no row. A crash before it
 * leaves it where it was. What is not chosen is released untouched.
 */
import { messageOf } from '../../shared/errors.ts';
import { messageBody } from '../../shared/messages/message-body.ts';
import { type Clock, isoFromMs } from '../../shared/ports/clock.ts';
import type { MessageSender } from '../../shared/ports/message-sender.ts';
import type { MessageSource, ReceivedMessage } from '../../shared/ports/message-source.ts';
import { type DeadLetter, decodeDeadLetter, parseObject } from './decode-dead-letter.ts';
import { type Match, matches } from './match-dead-letter.ts';
import { type Fate, scanQueue } from './scan-queue.ts';

/** SQS hides a message for twelve hours at the most. Source: SQS quotas, November 2026. */
const longestHoldSeconds = 43_200;

/** What is replayed, and how fast. */
export type ReplayOptions = {
  match: Match;
  /** No more than so many. */
  max: number;
  /** Messages a second. */
  perSecond: number;
  holdSeconds: number;
  /** Nothing is sent and nothing deleted. */
  dryRun: boolean;
  onProgress(report: ReplayReport): void;
};

/** What a replay did; `examined` is the sum of the others. */
export type ReplayReport = {
  examined: number;
  /** Sent and deleted, or in a dry run chosen. */
  replayed: number;
  /** Not chosen, or beyond `max`. */
  left: number;
  /** Chosen but not sent, or sent but not deleted: with the sentence why. */
  failed: { messageId: string; jobId: string; why: string }[];
};

/** Replays what is chosen of `source` to `target`. Ends early when `signal` aborts. */
export async function replayDeadLetters(
  source: MessageSource,
  target: MessageSender,
  options: ReplayOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReplayReport> {
  const report: ReplayReport = { examined: 0, replayed: 0, left: 0, failed: [] };
  const isFull = () => report.replayed + report.failed.length >= options.max;
  const cameBack = backAgain(clock.nowMs());
  let nextSendMs = clock.monotonicMs();
  const replayOne = async (message: ReceivedMessage, letter: DeadLetter): Promise<Fate> => {
    report.examined += 1;
    if (!matches(letter, options.match) || isFull() || signal.aborted || cameBack(message, letter)) {
      report.left += 1;
      return 'left';
    }
    if (options.dryRun) {
      report.replayed += 1;
      return 'left';
    }
    await clock.sleep(Math.max(0, nextSendMs - clock.monotonicMs()));
    nextSendMs = Math.max(nextSendMs, clock.monotonicMs()) + 1_000 / options.perSecond;
    return sendAndDelete(message, letter, source, target, report, clock);
  };
  await scanQueue(source, holdSecondsFor(options), async (batch) => {
    const fates: Fate[] = [];
    for (const message of batch) {
      fates.push(await replayOne(message, decodeDeadLetter(message)));
    }
    options.onProgress(report);
    return { fates, over: signal.aborted || isFull() };
  });
  return report;
}

/** What is replayed and fails at once comes back as a new message: in one replay it is not sent a second time. */
function backAgain(startedAtMs: number) {
  const replayed = new Set<string>();
  return ({ sentAtMs, body }: ReceivedMessage, { jobId }: DeadLetter): boolean => {
    const who = jobId || body;
    const again = sentAtMs >= startedAtMs && replayed.has(who);
    replayed.add(who);
    return again;
  };
}

/** A batch of ten is sent one by one: the hold must outlast it. */
function holdSecondsFor({ holdSeconds, perSecond, dryRun }: ReplayOptions): number {
  return dryRun ? holdSeconds : Math.min(longestHoldSeconds, holdSeconds + Math.ceil(10 / perSecond));
}

async function sendAndDelete(
  message: ReceivedMessage,
  letter: DeadLetter,
  source: MessageSource,
  target: MessageSender,
  report: ReplayReport,
  clock: Clock,
): Promise<Fate> {
  try {
    const replayCount = String(letter.replays + 1);
    await target.send(bodyForReplay(letter, clock.nowMs()), {
      attributes: { ...message.attributes, replayCount },
    });
    await source.remove(message);
    report.replayed += 1;
    return 'gone';
  } catch (error) {
    const { messageId, jobId } = letter;
    report.failed.push({ messageId, jobId, why: messageOf(error) });
    return 'left';
  }
}

/**
 * The same message: who it is (job, run, snapshot) stays, so that it lands where it would have landed. A job's age starts anew, or it
 * would be given up again at the first delay. What cannot be read goes back byte for byte.
 */
export function bodyForReplay({ body, kind, replays }: DeadLetter, nowMs: number): string {
  if (kind === 'unreadable') {
    return body;
  }
  const renewed = kind.endsWith('-job') ? { attempt: 0, firstSeenAt: isoFromMs(nowMs) } : {};
  return messageBody({ ...parseObject(body), ...renewed, replays: replays + 1 });
}
