/** What replaying and deleting have in common: which letters are chosen, how many, how fast, and what is left. */
import type { Clock } from '../../shared/ports/clock.ts';
import type { MessageSource, ReceivedMessage, Unreleased } from '../../shared/ports/message-source.ts';
import type { QueueDepth } from '../../shared/ports/queue-depth.ts';
import { type DeadLetter, decodeDeadLetter } from './decode-dead-letter.ts';
import { type Match, matches } from './match-dead-letter.ts';
import { type Fate, scanQueue } from './scan-queue.ts';

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
  /** Counts the queue, so that an end before its end can say what was not looked at; without it nothing is said of that. */
  depth?: QueueDepth | undefined;
};

/** A letter that was chosen, and of which what was asked could not be done. */
export type FailedLetter = { messageId: string; jobId: string; why: string };

/** What came of it. */
export type ActReport = {
  examined: number;
  /** In a dry run chosen. */
  done: number;
  /** Still in the queue: not chosen, beyond `max`, or not looked at. */
  left: number;
  /** Of those left the ones that were not looked at, because `max` was reached or somebody interrupted. SQS counts approximately. */
  notExamined: number;
  failed: FailedLetter[];
  /** What stays hidden from others until its hold is over. */
  unreleased: readonly Unreleased[];
};

/** Does it to one letter that is chosen. `failed`: it is left, and counted as such. */
export type LetterAct = (message: ReceivedMessage, letter: DeadLetter) => Promise<FailedLetter | undefined>;

/** Acts on what is chosen of `source`, one by one at the rate. Ends early when `max` is reached or `signal` aborts. */
export async function actOnDeadLetters(
  source: MessageSource,
  act: LetterAct,
  options: ActOptions & { onProgress(report: ActReport): void },
  clock: Clock,
  signal: AbortSignal,
): Promise<ActReport> {
  const report: ActReport = { examined: 0, done: 0, left: 0, notExamined: 0, failed: [], unreleased: [] };
  const total = await countOf(options.depth);
  const isFull = () => report.done + report.failed.length >= options.max;
  const cameBack = backAgain(clock.nowMs());
  const inTurn = pace(options.perSecond, clock);
  const actOnOne = async (message: ReceivedMessage): Promise<Fate> => {
    const letter = decodeDeadLetter(message);
    const isLeft = !matches(letter, options.match) || isFull() || signal.aborted || cameBack(message, letter);
    report.examined += 1;
    if (isLeft) {
      report.left += 1;
      return 'left';
    }
    if (options.dryRun) {
      report.done += 1;
      return 'left';
    }
    await inTurn();
    const failure = await act(message, letter);
    if (failure !== undefined) {
      report.failed.push(failure);
      return 'left';
    }
    report.done += 1;
    return 'gone';
  };
  const end = await scanQueue(source, holdSecondsFor(options), async (batch) => {
    const fates: Fate[] = [];
    for (const message of batch) {
      fates.push(await actOnOne(message));
    }
    options.onProgress(report);
    return { fates, over: signal.aborted || isFull() };
  });
  const notExamined = end.complete ? 0 : Math.max(0, total - report.examined);
  return { ...report, left: report.left + notExamined, notExamined, unreleased: end.unreleased };
}

/** A batch of ten is acted on one by one: the hold must outlast it. */
export function holdSecondsFor({ holdSeconds, perSecond, dryRun }: ActOptions): number {
  return dryRun ? holdSeconds : Math.min(longestHoldSeconds, holdSeconds + Math.ceil(batchMessages / perSecond));
}

/** Everything in the queue, whether somebody holds it or not. What cannot be counted is not guessed. */
async function countOf(depth: QueueDepth | undefined): Promise<number> {
  const { visible, delayed, inFlight } = (await depth?.read()) ?? { visible: 0, delayed: 0, inFlight: 0 };
  return visible + delayed + inFlight;
}

function pace(perSecond: number, clock: Clock): () => Promise<void> {
  let nextMs = clock.monotonicMs();
  return async () => {
    await clock.sleep(Math.max(0, nextMs - clock.monotonicMs()));
    nextMs = Math.max(nextMs, clock.monotonicMs()) + 1_000 / perSecond;
  };
}

/** What is replayed and fails at once comes back as a new message: in one replay it is not sent a second time. */
function backAgain(startedAtMs: number) {
  const acted = new Set<string>();
  return ({ sentAtMs, body }: ReceivedMessage, { jobId }: DeadLetter): boolean => {
    const who = jobId || body;
    const again = sentAtMs >= startedAtMs && acted.has(who);
    acted.add(who);
    return again;
  };
}
