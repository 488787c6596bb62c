import type { Command } from 'commander';
import { type DeadLetter, parseBody, readableBody } from '../../operator/dead-letters/dead-letter.ts';
import {
  type DeadLetterGroup,
  findDeadLetter,
  groupDeadLetters,
  newestFirst,
  shortIdsOf,
} from '../../operator/dead-letters/look-at-dead-letters.ts';
import { matches, parseMatch, refuseUnknownReasons, runOfJob } from '../../operator/dead-letters/match-letters.ts';
import { cleanLine } from '../../shared/core/clean-text.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples } from '../command-shape.ts';
import { cutTo } from '../display-columns.ts';
import { table, title } from '../format-text.ts';
import {
  type DlqOptions,
  lookInto,
  noteUnreleased,
  parseDlqName,
  parseHoldSeconds,
  withHold,
  withMatch,
} from './dlq-queue.ts';

/** A person reads no more of a queue; `--json` has all. */
const mostListed = 50;
/** What the pipeline itself says of a letter fits; a broken one may say anything, and would move all columns behind it out of sight. */
const mostColumns = 40;
/** A run's id has eight characters. */
const runColumns = 8;

/** `dlq list` and `dlq show`. */
export function addDlqLookCommands(dlq: Command): void {
  withMatch(dlq.command('list'))
    .description('by reason and feed, with counts and ages, and each with its id')
    .addHelpText('after', examples('dlq list fetch', 'dlq list items --match region=DE --stack aws'))
    .action(acting(dlqListCommand));
  withHold(dlq.command('show'))
    .argument('<id>', "a message's id, its job's, or the beginning of either")
    .description('one of them, decoded')
    .addHelpText('after', examples('dlq show fetch 5493e9e3'))
    .action(acting(dlqShowCommand));
}

/** `dlq list <fetch|items>`: dead letters by reason and feed, and each with its id; nothing is taken away. */
async function dlqListCommand(options: DlqOptions, context: CliContext, nameText: string): Promise<void> {
  const name = parseDlqName(nameText);
  const match = parseMatch(options.match ?? []);
  const { letters: all, unreleased } = await lookInto(name, options, context);
  noteUnreleased(name, unreleased, parseHoldSeconds(options), context);
  refuseUnknownReasons(match, all);
  const short = shortIdsOf(all);
  const letters = newestFirst(all.filter((letter) => matches(letter, match)));
  const groups = groupDeadLetters(letters, context.clock.nowMs());
  const listed = letters.map(({ body: _body, feed: _feed, ...facts }) => ({
    id: short.get(facts.messageId) ?? facts.messageId,
    runId: runOfJob(facts.jobId),
    ...facts,
  }));
  const text = [
    title(`${name}: ${letters.length} dead letters`),
    ...(letters.length > 0 ? [groupsTable(groups), '', lettersTable(listed.slice(0, mostListed))] : []),
    ...(listed.length > mostListed ? [`and ${listed.length - mostListed} more: see --match, or --json for all`] : []),
  ];
  context.output.result(
    { queue: name, messages: letters.length, groups, letters: listed, unreleased },
    text.join('\n'),
  );
}

/** `dlq show <fetch|items> <id>`: one dead letter, decoded, by the id of its message or its job, or the beginning of either. */
async function dlqShowCommand(options: DlqOptions, context: CliContext, nameText: string, id: string): Promise<void> {
  const name = parseDlqName(nameText);
  const { letters, unreleased } = await lookInto(name, options, context);
  noteUnreleased(name, unreleased, parseHoldSeconds(options), context);
  const { feed: _feed, body, ...facts } = findDeadLetter(letters, id, name);
  const rows = Object.entries(facts).map(([key, value]) => [key, String(value)]);
  context.output.result(
    { queue: name, ...facts, body: parseBody(body) ?? body },
    `${table(['what', 'value'], rows)}\n${readableBody(body)}`,
  );
}

/** Groups for people; a text of a letter takes no more than `mostColumns`. */
export function groupsTable(groups: readonly DeadLetterGroup[]): string {
  const rows = groups.map(({ reason, subject, count, ages, oldest }) => [
    cell(reason),
    cell(subject) || '(not readable)',
    String(count),
    String(ages.hour),
    String(ages.day),
    String(ages.older),
    cell(oldest),
  ]);
  return table(['reason', 'about', 'count', '≤ 1 h', '≤ 1 d', 'older', 'oldest'], rows);
}

/** Letters for people, each with its id in full, and with the run that `--match runId=` takes. */
export function lettersTable(
  letters: readonly Pick<DeadLetter & { id: string }, 'id' | 'reason' | 'code' | 'subject' | 'jobId' | 'failedAt'>[],
): string {
  const rows = letters.map(({ id, reason, code, subject, jobId, failedAt }) => [
    id,
    cell(reason),
    cell(code),
    cell(subject) || '(not readable)',
    cutTo(cleanLine(runOfJob(jobId)), runColumns),
    cell(failedAt),
  ]);
  return table(['id', 'reason', 'code', 'about', 'run', 'failed at'], rows);
}

/** What others have written, in the columns of the screen. */
function cell(text: string): string {
  return cutTo(cleanLine(text), mostColumns);
}
