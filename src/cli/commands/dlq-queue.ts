/** What all `dlq` commands have in common: which queue, which of its letters, and how one looks at it. */

import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import type { ActOptions } from '../../operator/dead-letters/act-on-dead-letters.ts';
import {
  type DeadLetterLook,
  findDeadLetter,
  lookAtDeadLetters,
} from '../../operator/dead-letters/look-at-dead-letters.ts';
import {
  type Match,
  namesUnknownReason,
  parseMatch,
  refuseUnknownReasons,
} from '../../operator/dead-letters/match-letters.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import type { Unreleased } from '../../shared/queues/message-source.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import type { CliContext } from '../cli-context.ts';
import { withQueuePlace } from '../command-shape.ts';
import { withSqs } from '../open-tables.ts';
import { parseCount, parseRate } from '../parse-input.ts';
import type { QueuePlace } from '../plan-in-place.ts';
import { type QueuePlaceOptions, type QueueUrls, withQueues } from '../stack-place.ts';

/** Options of every `dlq` command. */
export type DlqOptions = QueuePlaceOptions & { match?: string[]; holdSeconds?: string };

/** Options that choose dead letters to act on. */
export type ChoiceOptions = DlqOptions & { max?: string; rate?: string; dryRun?: boolean };

/** The two queues that have dead letters. */
export const queueNames = ['fetch', 'items'] as const;

/** `fetch`: jobs for the worker; `items`: pages and titles for the writer. */
export type DlqName = (typeof queueNames)[number];

/** Messages a second, unless told otherwise: what the worker may call, and more than the writer writes. */
const usualRate = 30;
const fastestRate = 500;
/** A receive waits up to a second on purpose. */
export const longPollMs = 2_000;

const holdHelp = 'how long a message that is looked at is hidden from others';

/** Queue and hold, of a command that looks at one letter. */
export function withHold(command: Command): Command {
  return withQueuePlace(command).argument('<queue>', 'fetch or items').option('--hold-seconds <count>', holdHelp, '60');
}

/** The same with `--match`, of a command that chooses letters by what they say. */
export function withMatch(command: Command): Command {
  return withQueuePlace(command)
    .argument('<queue>', 'fetch or items')
    .option('--match <key=value...>', 'only those with this reason, category, region, feed, jobId, …')
    .option('--hold-seconds <count>', holdHelp, '60');
}

/** `fetch` or `items`. */
export function parseDlqName(text: string): DlqName {
  const name = queueNames.find((known) => known === text);
  if (name === undefined) {
    throw new UsageError(`unknown queue '${shown(text)}': allowed are ${queueNames.join(', ')}`);
  }
  return name;
}

/** How long a message that is looked at is hidden from others. */
export function parseHoldSeconds(options: { holdSeconds?: string }): number {
  return parseCount(options.holdSeconds ?? '60', '--hold-seconds', 1, 43_200);
}

/** Runs `act` with SQS and the URLs of a dead-letter queue. */
export function withDlq<T>(
  name: DlqName,
  options: QueuePlaceOptions,
  context: CliContext,
  act: (client: SQSClient, urls: { dlqUrl: string; queueUrl: string }, place: QueuePlace) => Promise<T>,
): Promise<T> {
  return withQueues(options, context, (place) =>
    withSqs(place.sqs, longPollMs, (client) => act(client, urlsOf(name, place.queues), place)),
  );
}

/** Everything that a dead-letter queue holds. */
export function lookInto(name: DlqName, options: DlqOptions, context: CliContext): Promise<DeadLetterLook> {
  const holdSeconds = parseHoldSeconds(options);
  return withDlq(name, options, context, (client, { dlqUrl }) =>
    lookAtDeadLetters(sqsMessageSource(client, dlqUrl), holdSeconds),
  );
}

/** Says what others cannot see for a while, because it could not be given back. */
export function noteUnreleased(
  name: DlqName,
  unreleased: readonly Unreleased[],
  holdSeconds: number,
  { output }: CliContext,
): void {
  const [first] = unreleased;
  if (first !== undefined) {
    const letters = unreleased.length === 1 ? '1 dead letter' : `${unreleased.length} dead letters`;
    output.note(
      `${name}: ${letters} could not be released (${first.why.slice(0, 200)}): hidden from others for up to ${holdSeconds} s`,
    );
  }
}

/** The dead-letter queue of this name, and the queue that its letters came from. */
export function urlsOf(name: DlqName, queues: QueueUrls): { dlqUrl: string; queueUrl: string } {
  return name === 'fetch'
    ? { dlqUrl: queues.fetchDlqUrl, queueUrl: queues.fetchQueueUrl }
    : { dlqUrl: queues.itemDlqUrl, queueUrl: queues.itemQueueUrl };
}

/** What is to be acted on. An id, or a reason that the pipeline does not know, needs a look into the queue first. */
export async function parseChoice(
  name: DlqName,
  id: string | undefined,
  options: ChoiceOptions,
  context: CliContext,
): Promise<ActOptions> {
  const choice = {
    match: parseMatch(options.match ?? []),
    max: parseCount(options.max ?? '1000000', '--max', 1, 1_000_000),
    perSecond: parseChoiceRate(options) ?? usualRate,
    holdSeconds: parseHoldSeconds(options),
    dryRun: options.dryRun === true,
  };
  if (id === undefined && !namesUnknownReason(choice.match)) {
    return choice;
  }
  const { letters } = await lookInto(name, options, context);
  refuseUnknownReasons(choice.match, letters);
  const one: Match =
    id === undefined ? new Map() : new Map([['messageId', [findDeadLetter(letters, id, name).messageId]]]);
  return { ...choice, match: new Map([...choice.match, ...one]) };
}

/** `--rate`; `undefined` where it is left out. */
export function parseChoiceRate({ rate }: ChoiceOptions): number | undefined {
  return rate === undefined ? undefined : parseRate(rate, '--rate', 0.1, fastestRate);
}
