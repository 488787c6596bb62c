/** What `dlq replay` and `dlq delete` have in common: which letters are meant, how many, how fast. */
import type { ActOptions, ActReport } from '../operator/dead-letters/act-on-dead-letters.ts';
import { findDeadLetter } from '../operator/dead-letters/find-dead-letter.ts';
import {
  type Match,
  namesUnknownReason,
  parseMatch,
  refuseUnknownReasons,
} from '../operator/dead-letters/match-dead-letter.ts';
import type { CliContext } from './cli-context.ts';
import { type DlqName, type DlqOptions, lookInto, parseHoldSeconds } from './dlq-queue.ts';
import { parseCount, parseRate } from './parse-input.ts';

/** Options that choose dead letters to act on. */
export type ChoiceOptions = DlqOptions & { max?: string; rate?: string; dryRun?: boolean };

/** Messages a second, unless told otherwise: what the worker may call, and more than the writer writes. */
const usualRate = 30;
const fastestRate = 500;

/** `--rate`; `undefined` where it is left out. */
export function parseChoiceRate({ rate }: ChoiceOptions): number | undefined {
  return rate === undefined ? undefined : parseRate(rate, '--rate', 0.1, fastestRate);
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

/** The end of a sentence about what was done: what is left, and what failed. */
export function leftText({ left, notExamined, failed }: Pick<ActReport, 'left' | 'notExamined' | 'failed'>): string {
  const unseen = notExamined === 0 ? '' : ` (about ${notExamined} of them not looked at)`;
  const lost = failed.length === 0 ? '' : `, ${failed.length} could not be and are still there`;
  return `${left} left where they are${unseen}${lost}`;
}
