import type { Command, Option } from 'commander';
import { callMethods } from '../../operator/reader-call-adapter.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { feedMedia, globalRegion, mediaTypes, namedCategories } from '../../shared/core/feed.ts';
import { knownCountries } from '../../shared/core/places/known-places.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { idSources } from '../../shared/queues/details/detail-kinds.ts';
import { scheduleNames } from '../../shared/settings/schedule.ts';
import { faultKinds } from '../../tmdb-simulator/fault-plan.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withCommon } from '../command-shape.ts';
import {
  type CompletionScript,
  type CompletionSpec,
  completionScripts,
  type Place,
  type Value,
} from '../completion.ts';
import { breakerActions } from './breaker-command.ts';
import { queueNames } from './dlq-queue.ts';

/** The shells that are spoken to. */
const shells = Object.keys(completionScripts) as CompletionScript[];

/** Values of arguments and options, by the name that the help gives them: `<schedule>`, `--stack`. */
const values: Readonly<Record<string, readonly string[]>> = {
  schedule: scheduleNames,
  category: namedCategories,
  media: feedMedia,
  queue: queueNames,
  action: breakerActions,
  shell: shells,
  method: callMethods,
  source: idSources,
  stack: ['local', 'aws'],
  emulator: ['dynoxide', 'dynalite'],
  region: [globalRegion, ...knownCountries],
  regions: [...knownCountries],
  countries: [...knownCountries],
  spec: faultKinds,
};

/** Where a name has other values than elsewhere. */
const exceptions: Readonly<Record<string, readonly string[]>> = { 'read title media': mediaTypes };

/** `completion`; it knows the commands of `program` when it is called, those that were added after it too. */
export function addCompletionCommand(program: Command): void {
  withCommon(program.command('completion'))
    .argument('<shell>', shells.join(', '))
    .description('a script that lets a shell complete commands, options and their values')
    .addHelpText('after', examples('completion bash', 'completion zsh', 'completion fish'))
    .action(acting((_options: object, context: CliContext, shell) => completionCommand(program, context, shell)));
}

/** `completion <shell>`: the script, to be evaluated by the shell. */
async function completionCommand(program: Command, { output }: CliContext, shellText = ''): Promise<void> {
  const shell = shells.find((known) => known === shellText);
  if (shell === undefined) {
    throw new UsageError(`unknown shell '${shown(shellText)}': allowed are ${shells.join(', ')}`);
  }
  const script = completionScripts[shell](specOf(program));
  output.result({ shell, script }, script);
}

function specOf(program: Command): CompletionSpec {
  return { program: program.name(), places: placesOf(program, []) };
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const subcommands = command.commands.map((one) => ({ name: one.name(), help: one.description() }));
  const place: Place = {
    path: path.join(' '),
    subcommands,
    options: [...command.options.filter(({ hidden }) => !hidden).map((option) => optionOf(option)), helpOption],
    positions: command.registeredArguments.map((argument) => {
      const name = argument.name();
      return exceptions[[...path, name].join(' ')] ?? values[name] ?? [];
    }),
  };
  return [place, ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()]))];
}

const helpOption = { name: '--help', help: 'display help for command', value: undefined };

/** `--watch [duration]` takes a value or none, and what follows it may be anything: it counts as one without. */
function optionOf({ long, short, description, flags, required }: Option): Place['options'][number] {
  const [, placeholder = ''] = /<([^>.]+)/.exec(flags) ?? [];
  return { name: long ?? short ?? '', help: description, value: required ? offeredFor(placeholder) : undefined };
}

function offeredFor(placeholder: string): Value {
  return placeholder === 'file' || placeholder === 'folder' ? placeholder : (values[placeholder] ?? []);
}
