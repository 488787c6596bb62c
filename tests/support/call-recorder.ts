import type { IamCall } from './iam-policy.ts';
import { type CallFate, type PassingCall, startKillProxy } from './kill-proxy.ts';
import { arnOf } from './template-values.ts';

/** The services that the pipeline's code calls. */
export type AwsService = 'dynamodb' | 'sqs' | 'ssm';

/** A server on loopback that passes AWS calls on to an emulator, and notes them as IAM sees them. */
export type CallRecorder = {
  endpoint: string;
  /** The distinct calls so far. @throws for an operation of which it is not known here what it needs. */
  calls(): IamCall[];
  /** Calls of these operations are lost on their way, from now on; with none given, all get through again. */
  lose(...operations: string[]): void;
  /** Forgets the calls so far. */
  forget(): void;
  stop(): Promise<void>;
};

/** Records what is sent to `upstream`, an emulator of `service`. */
export async function startCallRecorder(service: AwsService, upstream: string): Promise<CallRecorder> {
  const calls = new Map<string, { operation: string; names: string[] }>();
  let lost: readonly string[] = [];
  const fateOf = async ({ operation, body }: PassingCall): Promise<CallFate> => {
    const names = namesIn(body);
    calls.set(JSON.stringify([operation, names]), { operation, names });
    return lost.includes(operation) ? 'lose-call' : 'pass';
  };
  const proxy = await startKillProxy(upstream, fateOf);
  return {
    ...proxy,
    calls: () => distinct([...calls.values()].flatMap(({ operation, names }) => neededBy(service, operation, names))),
    lose: (...operations) => {
      lost = operations;
    },
    forget: () => calls.clear(),
  };
}

/** Each call once. */
function distinct(calls: readonly IamCall[]): IamCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}

/** What a body says of the resources that it is about: names of tables with their index, a queue's URL, a parameter's name. */
function namesIn({ TableName, IndexName, RequestItems, QueueUrl, Name }: PassingCall['body']): string[] {
  if (RequestItems !== undefined) {
    return Object.keys(RequestItems as object);
  }
  const index = IndexName === undefined ? '' : `/index/${IndexName}`;
  return [TableName === undefined ? String(QueueUrl ?? Name) : `${TableName}${index}`];
}

/**
 * Operations by the action that IAM asks for, from the Service Authorization Reference, November 2026. A batch needs the action for one
 * message. An operation that is not here is not one that the pipeline was known to use.
 */
const actions: Record<AwsService, { arn: (name: string) => string; byOperation: Readonly<Record<string, string>> }> = {
  dynamodb: {
    arn: (name) => (name.startsWith('arn:') ? name : arnOf('dynamodb', `table/${name}`)),
    byOperation: Object.fromEntries(
      ['GetItem', 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'].map(
        (one) => [one, one],
      ),
    ),
  },
  sqs: {
    arn: (url) => arnOf('sqs', url.slice(url.lastIndexOf('/') + 1)),
    byOperation: {
      SendMessage: 'SendMessage',
      SendMessageBatch: 'SendMessage',
      GetQueueAttributes: 'GetQueueAttributes',
    },
  },
  ssm: {
    arn: (name) => arnOf('ssm', `parameter${name}`),
    byOperation: { GetParameter: 'GetParameter' },
  },
};

function neededBy(service: AwsService, operation: string, names: readonly string[]): IamCall[] {
  const { arn, byOperation } = actions[service];
  const action = byOperation[operation];
  if (action === undefined) {
    throw new Error(`${service} was asked for ${operation}: add to call-recorder.ts which action that needs`);
  }
  return names.map((name) => ({ action: `${service}:${action}`, resource: arn(name) }));
}
