import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DataUse, lockDataDir } from '../local/data-folder.ts';
import { holdsTables } from '../local/data-folder-databases.ts';
import { startEmbeddedDynamo } from '../local/embedded-dynamodb.ts';
import { provideEmulators } from '../local/emulator-packages.ts';
import { stackRegion } from '../local/stack-endpoints.ts';
import { readStackFile, type StackFile } from '../local/stack-file.ts';
import { deployedStack } from '../operator/cloudformation-stack.ts';
import type { ClientTarget } from '../shared/core/client-target.ts';
import { UsageError } from '../shared/core/errors.ts';
import { shownUrl } from '../shared/core/shown-text.ts';
import { catalogTable, controlTable } from '../shared/tables/table-definitions.ts';
import { tmdbBaseUrl } from '../shared/tmdb/token-address.ts';
import { namingFailures } from './aws-call-failure.ts';
import type { CliContext } from './cli-context.ts';
import { type Tables, tablesOf, withDynamo } from './open-tables.ts';

/** Options that say which stack a command means. */
export type PlaceOptions = QueuePlaceOptions & { dataDir?: string };

/** Options that say whose queues a command means. `openPlace`: the one that a console has open, whatever the others say. */
export type QueuePlaceOptions = { stack?: string; openPlace?: StackPlace };

/** The four queues, by URL. */
export type QueueUrls = { fetchQueueUrl: string; fetchDlqUrl: string; itemQueueUrl: string; itemDlqUrl: string };

/** Where the parts of a stack are. A target that is `undefined` is AWS, as the SDK finds it. */
export type StackPlace = {
  kind: 'local' | 'aws' | 'tables';
  dynamodb: ClientTarget | undefined;
  sqs: ClientTarget | undefined;
  catalogTable: string;
  controlTable: string;
  /** None where there are only tables. */
  queues: QueueUrls | undefined;
  tmdb: string | undefined;
  /** URL of the reader; none where there are only tables, and where a deployed stack has none. */
  reader: string | undefined;
};

/** The variables that the AWS SDK reads; that of a service has priority over `AWS_ENDPOINT_URL`. */
const variables = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CLOUDFORMATION',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_ENDPOINT_URL_SQS',
];

/**
 * The stack a command means, as long as `act` runs: with `--stack aws` the deployed one, below `--data-dir` the tables there, else those
 * at `AWS_ENDPOINT_URL_DYNAMODB`, else the `local` that is running (which is `--stack local`). A data folder is locked meanwhile:
 * several commands may `look` at it at once, one that makes a `change` needs it alone.
 * @throws UsageError when there is none, with the sentence `nothing`, or when a variable names no address; AwsCallError when the deployed
 * one cannot be looked up.
 */
export async function withStackPlace<T>(
  options: PlaceOptions,
  context: CliContext,
  act: (place: StackPlace) => Promise<T>,
  use: DataUse = 'change',
  nothing = 'there are no tables to read: start the stack with `local`, or name a --data-dir',
): Promise<T> {
  const kind = parseStackKind(options);
  if (options.openPlace !== undefined) {
    if (use === 'change' && options.dataDir !== undefined) {
      throw new UsageError(`'${options.dataDir}' is open to look at it only: end the console, then run this command`);
    }
    return act(options.openPlace);
  }
  if (kind === 'aws') {
    return act(await awsPlace(context));
  }
  if (options.dataDir !== undefined) {
    await provideEmulators({ dataDir: options.dataDir, note: context.output.note });
    return withDataDir(options.dataDir, use, act);
  }
  const endpoint = kind === undefined ? endpointIn(context.environment, 'AWS_ENDPOINT_URL_DYNAMODB') : undefined;
  if (endpoint !== undefined) {
    return act(tablesAt(endpoint));
  }
  const running = readStackFile();
  if (running === undefined) {
    throw new UsageError(nothing);
  }
  return act(localPlace(running));
}

/** The tables a command means, open while `act` runs. @throws UsageError when there are none. */
export function withTables<T>(
  options: PlaceOptions,
  context: CliContext,
  act: (tables: Tables) => Promise<T>,
  use?: DataUse,
): Promise<T> {
  return withStackPlace(
    options,
    context,
    (place) => withDynamo(place.dynamodb, (client) => act(tablesOf(client, place, context, place.dynamodb?.endpoint))),
    use,
  );
}

/** Like `withStackPlace`, for commands that need the queues too. They are where a stack runs: no data folder is opened. */
export function withQueues<T>(
  options: QueuePlaceOptions,
  context: CliContext,
  act: (place: StackPlace & { queues: QueueUrls }) => Promise<T>,
): Promise<T> {
  const actWithQueues = (place: StackPlace) => {
    if (place.queues === undefined) {
      throw new UsageError('there are tables but no queues: start the stack with `local`, or take --stack aws');
    }
    return act({ ...place, queues: place.queues });
  };
  const nothing = 'there are no queues: start the stack with `local`, or take --stack aws';
  return withStackPlace(options, context, actWithQueues, 'change', nothing);
}

/** Whether there is a stack to look at, without opening it. */
export function hasStackPlace(options: PlaceOptions, { environment }: CliContext): boolean {
  return (
    options.openPlace !== undefined ||
    options.stack !== undefined ||
    options.dataDir !== undefined ||
    (environment.AWS_ENDPOINT_URL_DYNAMODB ?? '').trim() !== '' ||
    readStackFile() !== undefined
  );
}

/** The stack that `--stack` names; `undefined` without it. @throws UsageError for another name, and beside `--data-dir`. */
export function parseStackKind({ stack, dataDir }: PlaceOptions): 'local' | 'aws' | undefined {
  if (stack !== undefined && stack !== 'local' && stack !== 'aws') {
    throw new UsageError(`unknown stack '${stack.slice(0, 40)}': allowed are local, aws`);
  }
  if (stack !== undefined && dataDir !== undefined) {
    throw new UsageError('--stack and --data-dir name two different stacks: allowed is one of them');
  }
  return stack;
}

async function withDataDir<T>(dataDir: string, use: DataUse, act: (place: StackPlace) => Promise<T>): Promise<T> {
  const folder = join(dataDir, 'dynamodb');
  const none = new UsageError(`'${dataDir}' holds no tables: run an occurrence with this --data-dir first`);
  if (!existsSync(folder)) {
    throw none;
  }
  // LevelDB under dynalite allows one process at a time, even to read.
  const lock = lockDataDir(dataDir, use === 'change' || existsSync(join(folder, 'dynalite')) ? 'tables' : use);
  try {
    if (!holdsTables(dataDir)) {
      throw none;
    }
    const server = await startEmbeddedDynamo({ port: 0, dataDir: folder, engine: undefined });
    try {
      return await act(tablesAt(server.endpoint));
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}

function tablesAt(endpoint: string): StackPlace {
  return {
    kind: 'tables',
    dynamodb: { endpoint, region: stackRegion },
    sqs: undefined,
    catalogTable: catalogTable.name,
    controlTable: controlTable.name,
    queues: undefined,
    tmdb: undefined,
    reader: undefined,
  };
}

function localPlace(running: StackFile): StackPlace {
  const { endpoints, fetchQueueUrl, fetchDlqUrl, itemQueueUrl, itemDlqUrl } = running;
  const target = (endpoint: string) => ({ endpoint, region: running.region });
  return {
    kind: 'local',
    dynamodb: target(endpoints.dynamodb),
    sqs: target(endpoints.sqs),
    catalogTable: running.catalogTable,
    controlTable: running.controlTable,
    queues: { fetchQueueUrl, fetchDlqUrl, itemQueueUrl, itemDlqUrl },
    tmdb: endpoints.tmdb,
    reader: endpoints.http,
  };
}

async function awsPlace({ settings, environment }: CliContext): Promise<StackPlace> {
  awsEndpoints(environment);
  const outputs = await namingFailures('CloudFormation', undefined, () => deployedStack(settings.deployment.stackName));
  const { fetchQueueUrl, fetchDlqUrl, itemQueueUrl, itemDlqUrl } = outputs;
  return {
    kind: 'aws',
    dynamodb: undefined,
    sqs: undefined,
    catalogTable: outputs.catalogTable,
    controlTable: outputs.controlTable,
    queues: { fetchQueueUrl, fetchDlqUrl, itemQueueUrl, itemDlqUrl },
    tmdb: tmdbBaseUrl,
    reader: outputs.readerUrl,
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables whose addresses the AWS SDK will take in place of AWS's own.
 * @throws UsageError that names the variable whose value is no address: the SDK would call a host of that name, or fail without one.
 */
export function awsEndpoints(environment: Environment): string[] {
  return environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true'
    ? []
    : variables.filter((name) => endpointIn(environment, name) !== undefined);
}

/** The address in a variable; `undefined` for an empty one. @throws UsageError for what is no http or https address. */
function endpointIn(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim() ?? '';
  if (text === '') {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageError(`${name} holds a user or a password: allowed are addresses without them`);
  }
  if (url === undefined || !/^https?:\/\//i.test(text)) {
    throw new UsageError(
      `${name} is '${shownUrl(text)}': allowed are http and https addresses such as http://127.0.0.1:8000`,
    );
  }
  return text;
}
