import type { Command } from 'commander';
import { type Finding, type Looked, worstOf } from '../../operator/doctor/checkup.ts';
import { callerFacts, partFacts, stackFacts } from '../../operator/doctor/deployment-facts-adapter.ts';
import { judgeLocal, judgeMachine } from '../../operator/doctor/judge-machine.ts';
import { judgeParts } from '../../operator/doctor/judge-parts.ts';
import {
  judgeCaller,
  judgeEndpoints,
  judgeStackFacts,
  type NamedDeployment,
} from '../../operator/doctor/judge-stack.ts';
import { messageOf, UsageError } from '../../shared/core/errors.ts';
import { tmdbBaseUrl } from '../../shared/tmdb/token-address.ts';
import { type CliContext, type CommonOptions, IncompleteRunError } from '../cli-context.ts';
import { acting, examples, withQueuePlace } from '../command-shape.ts';
import { localFacts, machineFacts, tmdbFacts } from '../machine-facts.ts';
import { parseCount, parseListOf } from '../parse-input.ts';
import { awsEndpoints, type PlaceOptions, parseStackKind, type StackPlace, withStackPlace } from '../stack-place.ts';
import { tmdbTarget } from '../tmdb-target.ts';
import { readStatus } from './status-command.ts';

type DoctorOptions = PlaceOptions & CommonOptions & { ports?: string };

/** `doctor`. */
export function addDoctorCommand(program: Command): void {
  withQueuePlace(program.command('doctor'))
    .description('what is wrong with this machine, the local stack or the deployment, and the command that mends it')
    .addHelpText(
      'after',
      examples('doctor', 'doctor --stack aws --settings my-settings.json', 'doctor --ports 8000,9324 --data-dir data'),
    )
    .option('--data-dir <folder>', 'data folder to be checked (default: none)')
    .option('--ports <list>', 'ports that `local` shall use, such as 8000,9324 (default: any free ones)')
    .action(acting(doctorCommand));
}

/** `doctor`: checks, each with what mends it; exit code 1 when one is wrong, 0 with warnings. */
async function doctorCommand(options: DoctorOptions, context: CliContext): Promise<void> {
  const stack = parseStackKind(options) ?? 'local';
  if (stack === 'aws' && options.ports !== undefined) {
    throw new UsageError('--ports is of a local stack, and --stack aws is a deployed one: allowed is one of them');
  }
  const ports = parseListOf(options.ports ?? '').map((port) => parseCount(port, '--ports', 1, 65_535));
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) {
    throw new UsageError(`--ports holds ${twice} twice: allowed are different ports`);
  }
  const machine = judgeMachine(await machineFacts(options.dataDir ?? '.', context));
  const checks = [
    ...machine,
    ...(stack === 'aws' ? await deploymentChecks(options, context) : await localChecks(ports, options, context)),
  ];
  const document = { stack, state: worstOf(checks), checks: checks.map((one) => ({ ...one, mend: one.mend ?? null })) };
  const wrongs = checks.filter(({ state }) => state === 'wrong').map(({ check }) => check);
  const text = formatChecks(checks);
  if (wrongs.length > 0) {
    const detail = `${wrongs.length} of ${checks.length} checks found something wrong: ${wrongs.join(', ')}`;
    throw new IncompleteRunError('checks_wrong', detail, document, text);
  }
  context.output.result(document, text);
}

async function localChecks(
  ports: readonly number[],
  { dataDir }: DoctorOptions,
  context: CliContext,
): Promise<Finding[]> {
  const facts = await localFacts({ ports, dataDir }, context);
  const isThere = facts.stack.state === 'running' && facts.stack.silent.length === 0;
  return judgeLocal({ ...facts, troubles: isThere ? await troublesOf('local', context) : undefined });
}

/** What is looked at next needs what was looked at before: without credentials there is one finding, not ten. */
async function deploymentChecks({ settings: file }: DoctorOptions, context: CliContext): Promise<Finding[]> {
  const { settings, environment, clock } = context;
  const { stackName, tokenParameter } = settings.deployment;
  const endpoints = judgeEndpoints(endpointsIn(environment));
  if (endpoints.state === 'wrong') {
    return [endpoints];
  }
  const caller = [endpoints, ...judgeCaller(await callerFacts(environment, clock))];
  if (worstOf(caller) === 'wrong') {
    return caller;
  }
  const named: NamedDeployment = { settings, file };
  const stack = await stackFacts(stackName, clock);
  const described = [...caller, ...judgeStackFacts(stack, named)];
  return 'value' in stack ? [...described, ...(await partChecks(tokenParameter, named, context))] : described;
}

async function partChecks(tokenParameter: string, named: NamedDeployment, context: CliContext): Promise<Finding[]> {
  const { stackName } = named.settings.deployment;
  const [{ token, ...parts }, troubles] = await Promise.all([
    partFacts(stackName, tokenParameter),
    troublesOf('aws', context),
  ]);
  const baseUrl = context.environment.TMDB_BASE_URL?.trim() || tmdbBaseUrl;
  const target = () => tmdbTarget({ TMDB_BASE_URL: baseUrl, TMDB_API_TOKEN: token });
  const tmdb = token === undefined ? undefined : await tmdbFacts(target, context);
  return judgeParts({ ...parts, tmdb, troubles }, named);
}

function endpointsIn(environment: CliContext['environment']): Looked<readonly string[]> {
  try {
    return { value: awsEndpoints(environment) };
  } catch (error) {
    return { unseen: messageOf(error) };
  }
}

/** What `status` warns of. Whole titles are left out: they take reads of the table. */
async function troublesOf(stack: 'local' | 'aws', context: CliContext): Promise<Looked<readonly string[]>> {
  try {
    const look = (place: StackPlace) => readStatus(place, async () => undefined, context);
    const { troubles } = await withStackPlace({ stack }, context, look, 'look');
    return { value: troubles.map(({ text }) => text) };
  } catch (error) {
    return { unseen: messageOf(error) };
  }
}

/** A line for each check, and below it what mends it. Commands are never cut: they are there to be copied. */
function formatChecks(checks: readonly Finding[]): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.flatMap(({ check, state, says, mend }) => [
    `${state.padEnd(5)}  ${check.padEnd(width)}  ${says}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 9)}→ ${mend}`]),
  ]);
  const count = (state: Finding['state']) => checks.filter((one) => one.state === state).length;
  return [...lines, `${count('wrong')} wrong, ${count('warn')} to know, ${count('ok')} ok`].join('\n');
}
