import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../operator/dead-letters/decode-dead-letter.ts';
import { groupDeadLetters, readDeadLetters } from '../operator/dead-letters/list-dead-letters.ts';
import { type Match, matches, parseMatch } from '../operator/dead-letters/match-dead-letter.ts';
import { sqsMessageSource } from '../shared/adapters/sqs-message-source.ts';
import { PermanentError, UsageError } from '../shared/errors.ts';
import type { CliContext } from './cli-context.ts';
import { table, title } from './format-text.ts';
import { parseCount } from './parse-input.ts';
import { type PlaceOptions, type QueueUrls, withQueues } from './stack-place.ts';
import { withSqs } from './with-sqs.ts';

/** Options of `dlq list` and `dlq show`. */
export type DlqOptions = PlaceOptions & { match?: string[]; holdSeconds?: string };

/** The two queues that have dead letters. */
const queueNames = ['fetch', 'items'] as const;
export type DlqName = (typeof queueNames)[number];

/** A receive waits up to a second on purpose. */
const longPollMs = 2_000;

/** `dlq list <fetch|items>`: dead letters by reason and feed, with counts and ages; nothing is taken away. */
export async function dlqListCommand(nameText: string, options: DlqOptions, context: CliContext): Promise<void> {
  const name = parseDlqName(nameText);
  const match = parseMatch(options.match ?? []);
  const letters = await lettersOf(name, options, match, context);
  const groups = groupDeadLetters(letters, context.clock.nowMs());
  const document = { queue: name, messages: letters.length, groups };
  const rows = groups.map(({ reason, subject, count, ages, oldest }) => [
    reason,
    subject || '(not readable)',
    String(count),
    String(ages.hour),
    String(ages.day),
    String(ages.older),
    oldest,
  ]);
  const text = [
    title(`${name}: ${letters.length} dead letters`),
    ...(rows.length > 0 ? [table(['reason', 'about', 'count', '≤ 1 h', '≤ 1 d', 'older', 'oldest'], rows)] : []),
  ];
  context.output.result(document, text.join('\n'));
}

/** `dlq show <fetch|items> <id>`: one dead letter, decoded, by its message id or its job's id. */
export async function dlqShowCommand(
  nameText: string,
  id: string,
  options: DlqOptions,
  context: CliContext,
): Promise<void> {
  const name = parseDlqName(nameText);
  const letters = await lettersOf(name, options, new Map(), context);
  const found = letters.find((letter) => letter.messageId === id || letter.jobId === id);
  if (found === undefined) {
    throw new PermanentError(
      'no_such_letter',
      `the ${name} dead-letter queue holds no message or job '${id.slice(0, 100)}' (it holds ${letters.length})`,
    );
  }
  const { feed: _feed, body, ...facts } = found;
  const rows = Object.entries(facts).map(([key, value]) => [key, String(value)]);
  context.output.result(
    { queue: name, ...facts, body: readable(body) },
    `${table(['what', 'value'], rows)}\n${pretty(body)}`,
  );
}

/** `fetch` or `items`. */
export function parseDlqName(text: string): DlqName {
  const name = queueNames.find((known) => known === text);
  if (name === undefined) {
    throw new UsageError(`unknown queue '${text.slice(0, 40)}': allowed are ${queueNames.join(', ')}`);
  }
  return name;
}

/** URLs of a dead-letter queue and of the queue that it belongs to. */
export function urlsOf(name: DlqName, queues: QueueUrls): { dlqUrl: string; queueUrl: string } {
  return name === 'fetch'
    ? { dlqUrl: queues.fetchDlqUrl, queueUrl: queues.fetchQueueUrl }
    : { dlqUrl: queues.itemDlqUrl, queueUrl: queues.itemQueueUrl };
}

/** How long a message that is looked at is hidden from others. */
export function parseHoldSeconds(options: { holdSeconds?: string }): number {
  return parseCount(options.holdSeconds ?? '60', '--hold-seconds', 1, 43_200);
}

/** Runs `act` with SQS and the URLs of a dead-letter queue. */
export function withDlq<T>(
  name: DlqName,
  options: PlaceOptions,
  context: CliContext,
  act: (client: SQSClient, urls: { dlqUrl: string; queueUrl: string }, kind: string) => Promise<T>,
): Promise<T> {
  return withQueues(options, context, ({ sqs, queues, kind }) =>
    withSqs(sqs, longPollMs, (client) => act(client, urlsOf(name, queues), kind)),
  );
}

async function lettersOf(name: DlqName, options: DlqOptions, match: Match, context: CliContext): Promise<DeadLetter[]> {
  const holdSeconds = parseHoldSeconds(options);
  const letters = await withDlq(name, options, context, (client, { dlqUrl }) =>
    readDeadLetters(sqsMessageSource(client, dlqUrl), holdSeconds),
  );
  return letters.filter((letter) => matches(letter, match));
}

function readable(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** Texts of others: control characters could speak to the terminal. */
function pretty(body: string): string {
  const json = readable(body);
  const text = typeof json === 'string' ? json : JSON.stringify(json, undefined, 2);
  return text.replace(/[^\P{Cc}\n]/gu, '?');
}
