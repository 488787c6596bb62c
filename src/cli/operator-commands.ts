import type { Command } from 'commander';
import { acting, withPlace, withQueuePlace } from './command-shape.ts';
import { type BreakerOptions, breakerCommand } from './commands/breaker-command.ts';
import { dlqListCommand, dlqShowCommand } from './commands/dlq-command.ts';
import { type DlqDeleteOptions, dlqDeleteCommand } from './commands/dlq-delete-command.ts';
import type { DlqOptions } from './commands/dlq-queue.ts';
import { type DlqReplayOptions, dlqReplayCommand } from './commands/dlq-replay-command.ts';
import { type EnqueueOptions, enqueueCommand } from './commands/enqueue-command.ts';
import { type StatusOptions, statusCommand } from './commands/status-command.ts';

/** What an operator does: looks, asks for more, replays, holds the calls. */
export function addOperatorCommands(program: Command): void {
  withPlace(program.command('status'))
    .description('queues, dead letters, breaker, rate, feeds and next occurrences')
    .option('--watch [duration]', 'again and again, until Ctrl-C (every 2s)')
    .action(acting((options: StatusOptions, context) => statusCommand(options, context)));
  withQueuePlace(program.command('enqueue'))
    .description('ad-hoc jobs for every combination of media, regions and languages')
    .requiredOption(
      '--category <category>',
      'popular, trending, genre_<id>, keyword_<id>, hidden_gems, award_winning or local_originals',
    )
    .requiredOption('--media <media>', 'movie, tv or all; several by commas')
    .option('--region <regions>', 'countries such as DE,FR (default: global)')
    .option(
      '--language <languages>',
      "such as de-DE,fr-FR (default: each region's own in the settings, else the default language)",
    )
    .option('--pages <count>', 'pages of each feed', '1')
    .option('--dry-run', 'the jobs, without sending them')
    .option('--force', 'also what is on its way already')
    .option('--wait', 'until everything is in the table or in a dead-letter queue')
    .option('--timeout <duration>', 'how long to wait, such as 90s or 15m', '15m')
    .action(acting((options: EnqueueOptions, context) => enqueueCommand(options, context)));
  addDlqCommands(program);
  withPlace(program.command('breaker'))
    .argument('<action>', 'show, open, close or reset')
    .description('the shared breaker: what it says, or a change by hand; reset also forgets throttles')
    .option('--why <words>', 'why it is changed, for whoever looks at it next')
    .action(acting((options: BreakerOptions, context, action: string) => breakerCommand(options, context, action)));
}

function addDlqCommands(program: Command): void {
  const dlq = program.command('dlq').description('dead letters: look into them, replay or delete them');
  const matching = (command: Command) =>
    withQueuePlace(command)
      .option('--match <key=value...>', 'only those with this reason, category, region, feed, jobId, …')
      .option('--hold-seconds <count>', 'how long a message that is looked at is hidden from others', '60');
  matching(dlq.command('list'))
    .argument('<queue>', 'fetch or items')
    .description('by reason and feed, with counts and ages, and each with its id')
    .action(acting((options: DlqOptions, context, queue: string) => dlqListCommand(queue, options, context)));
  withQueuePlace(dlq.command('show'))
    .argument('<queue>', 'fetch or items')
    .argument('<id>', "a message's id, its job's, or the beginning of either")
    .description('one of them, decoded')
    .option('--hold-seconds <count>', 'how long a message that is looked at is hidden from others', '60')
    .action(
      acting((options: DlqOptions, context, queue: string, id: string) => dlqShowCommand(queue, id, options, context)),
    );
  const choosing = (command: Command, done: string) =>
    matching(command)
      .argument('<queue>', 'fetch or items')
      .argument('[id]', "one of them: a message's id, its job's, or the beginning of either")
      .option('--max <count>', 'no more than so many')
      .option('--rate <messages>', 'messages a second (default: 30)')
      .option('--dry-run', `what would be ${done}, without doing it`);
  choosing(dlq.command('replay'), 'replayed')
    .description('back to their queue, one, all or those that match')
    .option('--native', "the whole queue by SQS's own move task (on AWS)")
    .action(
      acting((options: DlqReplayOptions, context, queue: string, id?: string) =>
        dlqReplayCommand(queue, id, options, context),
      ),
    );
  choosing(dlq.command('delete'), 'deleted')
    .description('for good and without asking: one, those that match, or all')
    .option('--all', 'everything in the queue')
    .action(
      acting((options: DlqDeleteOptions, context, queue: string, id?: string) =>
        dlqDeleteCommand(queue, id, options, context),
      ),
    );
}
