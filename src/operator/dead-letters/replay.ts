/**
 * Takes dead letters back to their queue, one by one:
 *
 *   receive → send with the count of replays → delete
 *
 * A crash after the send leaves the message in both queues: it is replayed again later, which changes no row. A crash before it
 * leaves it where it was. What is not chosen is released untouched. What fails at once comes back as a new message, and is not sent a second
 * time: it is known by what was sent, or, where nothing in it has changed, by its id. A trigger of the planner is no message of the queue:
 * what it asked for is planned, and then it is deleted.
 */
import { type Clock, isoFromMs } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import { jobSchema } from '../../shared/queues/fetch-job.ts';
import { itemSchema } from '../../shared/queues/item-page.ts';
import type { MessageSender } from '../../shared/queues/message-sender.ts';
import type { MessageSource, ReceivedMessage } from '../../shared/queues/message-source.ts';
import { messageBody } from '../../shared/queues/parse-message.ts';
import type { AdHocEvent, ScheduledRequest } from '../../shared/queues/plan-request.ts';
import {
  type ActOptions,
  type ActReport,
  actOnDeadLetters,
  type FailedLetter,
  type LetterAct,
} from './act-on-dead-letters.ts';
import { type DeadLetter, parseBody, parseObject } from './dead-letter.ts';
import { readTrigger } from './trigger-letter.ts';

/** SQS takes ten attributes, and 1 MiB of body and attributes together. Source: SQS quotas, November 2026. */
const mostAttributes = 10;
const mostBytes = 1_048_576;
/** What the pipeline itself says of a dead letter: these stay when there are too many. */
const ownAttributes = ['reason', 'code', 'detail', 'jobId', 'failedAt'];

/** What is replayed, how fast, and where triggers go. */
export type ReplayOptions = ActOptions & {
  onProgress(report: ReplayReport): void;
  /** Plans what a trigger of the planner asked for. Without it, triggers go to the queue like everything else. */
  plan?: ((trigger: ScheduledRequest | AdHocEvent) => Promise<unknown>) | undefined;
};

/** What a replay did: `replayed` were sent and deleted, or in a dry run chosen. */
export type ReplayReport = Omit<ActReport, 'done'> & { replayed: number };

/** Replays what is chosen of `source` to `target`. Ends early when `signal` aborts. */
export async function replayDeadLetters(
  source: MessageSource,
  target: MessageSender,
  options: ReplayOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReplayReport> {
  const reportOf = ({ examined, done, ...report }: ActReport) => ({ examined, replayed: done, ...report });
  const onProgress = (report: ActReport) => options.onProgress(reportOf(report));
  const { plan } = options;
  const sent = new Set<string>();
  const noting: MessageSender = {
    ...target,
    send: (body, sendOptions) => {
      sent.add(identityOf(body));
      return target.send(body, sendOptions);
    },
  };
  const send: LetterAct = {
    act: (message, letter) =>
      plan !== undefined && letter.kind === 'trigger'
        ? planAndDelete(message, letter, source, plan)
        : sendAndDelete(message, letter, source, noting, clock),
    isOwn: ({ body }) => sent.has(identityOf(body)),
    comesBackAlike: (letter) => bodyForReplay(letter, clock.nowMs()) === letter.body,
  };
  return reportOf(await actOnDeadLetters(source, send, { ...options, onProgress }, clock, signal));
}

/**
 * By what a message that this replay has sent is known again when it failed at once: neither the sender's clock nor SQS's is asked. A job
 * has changed when it was deferred; the count of replays and the new start of its age stay with it. All others stay as they are.
 */
function identityOf(body: string): string {
  const job = jobSchema.safeParse(parseBody(body)).data;
  return job === undefined ? body : JSON.stringify([job.jobId, job.replays, job.firstSeenAt]);
}

/** A trigger whose jobs were sent but that was not deleted counts as failed: a second replay sends no second set of jobs. */
async function planAndDelete(
  message: ReceivedMessage,
  { messageId, jobId, body }: DeadLetter,
  source: MessageSource,
  plan: NonNullable<ReplayOptions['plan']>,
): Promise<FailedLetter | undefined> {
  try {
    const event = readTrigger(parseObject(body), message.attributes)?.event;
    if (event === undefined) {
      return {
        messageId,
        jobId,
        why: 'the planner takes no such event: send it again as it should be, and delete this one',
      };
    }
    await plan(event);
    await source.remove(message);
    return undefined;
  } catch (error) {
    return { messageId, jobId, why: messageOf(error) };
  }
}

/** A letter that was sent but not deleted counts as failed: it is in both queues. */
async function sendAndDelete(
  message: ReceivedMessage,
  letter: DeadLetter,
  source: MessageSource,
  target: MessageSender,
  clock: Clock,
): Promise<FailedLetter | undefined> {
  try {
    const replayCount = String(letter.replays + 1);
    const body = bodyForReplay(letter, clock.nowMs());
    await target.send(body, { attributes: attributesForReplay(body, message.attributes, replayCount) });
    await source.remove(message);
    return undefined;
  } catch (error) {
    const { messageId, jobId } = letter;
    return { messageId, jobId, why: messageOf(error) };
  }
}

/**
 * The same message: who it is (job, run, snapshot) stays, so that it lands where it would have landed. A job's age starts again, or it
 * would be dead-lettered again at the first deferral. What is no message of the pipeline goes back byte for byte.
 */
export function bodyForReplay({ body, replays }: Pick<DeadLetter, 'body' | 'replays'>, nowMs: number): string {
  const json = parseObject(body);
  if (jobSchema.safeParse(json).success) {
    return messageBody({ ...json, attempt: 0, firstSeenAt: isoFromMs(nowMs), replays: replays + 1 });
  }
  return itemSchema.safeParse(json).success ? messageBody({ ...json, replays: replays + 1 }) : body;
}

/** What was said of the message stays with it, as far as SQS takes it beside the count of replays. */
function attributesForReplay(
  body: string,
  attributes: ReceivedMessage['attributes'],
  replayCount: string,
): Record<string, string> {
  const { replayCount: _old, ...others } = attributes;
  const names = [...new Set([...ownAttributes.filter((name) => name in others), ...Object.keys(others)])];
  const kept = names.slice(0, mostAttributes - 1).map((name) => [name, others[name] ?? ''] as const);
  const all = Object.fromEntries([...kept, ['replayCount', replayCount] as const]);
  const bytes = [body, ...Object.entries(all).flatMap(([name, value]) => [name, value, 'String'])];
  return bytes.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= mostBytes ? all : {};
}
