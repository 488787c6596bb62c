/** Gathers what there is to judge about a deployed stack. Each look is one or few calls; one that fails leaves the others alone. */
import {
  CloudFormationClient,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetAccountSettingsCommand, GetEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { awsFailure } from '../../shared/core/aws-failure.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { settingsMetadata } from '../../shared/settings/stack-names.ts';
import { clientOptions } from '../../shared/tables/aws-clients.ts';
import { describeStack, missingOutputs } from '../cloudformation-stack.ts';
import type { Looked } from './checkup.ts';
import { type PartFacts, tokenForm } from './judge-parts.ts';
import type { CallerFacts, StackFacts } from './judge-stack.ts';
import { look, notUnderstood, using } from './look.ts';

/** What AWS's APIs tell about the parts of a stack; the rest of `PartFacts` is looked at elsewhere. */
type PartsOnAws = Omit<PartFacts, 'tmdb' | 'troubles'> & {
  /** The stored token, for the one call that checks it. It is not part of any fact. */
  token: string | undefined;
};

/** Region and credentials as the AWS SDK finds them. */
export async function callerFacts(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<CallerFacts> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const client = new CloudFormationClient(clientOptions());
  try {
    return {
      region: await look('', () => client.config.region()),
      variables: { AWS_REGION, AWS_DEFAULT_REGION },
      credentials: await look('', async () => {
        const { expiration } = await client.config.credentials();
        return { expiresInMs: expiration && expiration.getTime() - clock.nowMs() };
      }),
    };
  } finally {
    client.destroy();
  }
}

/** The stack, and AWS's time as the header `Date` of the same answer has it. */
export async function stackFacts(stackName: string, clock: Clock): Promise<Looked<StackFacts>> {
  const client = new CloudFormationClient(clientOptions());
  let clockAheadMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (given) => {
      const answered = await next(given);
      const { headers } = answered.response as { headers?: Record<string, string> };
      const atMs = Date.parse(headers?.date ?? '');
      clockAheadMs = Number.isNaN(atMs) ? undefined : clock.nowMs() - atMs;
      return answered;
    },
    // Next to the connection: an answer that is an error has a date as well.
    { step: 'deserialize', name: 'timeOfAws', priority: 'low' },
  );
  try {
    return await look('cloudformation:DescribeStacks', async () => {
      const { status, outputs } = await describeStack(client, stackName);
      return { status, missingOutputs: missingOutputs(outputs), clockAheadMs };
    });
  } finally {
    client.destroy();
  }
}

/** The parts of a stack. `tokenParameter` is the name of the parameter that holds the token. */
export async function partFacts(stackName: string, tokenParameter: string): Promise<PartsOnAws> {
  const resources = await stackResources(stackName);
  /** Looks at resources of a type, where the list of them could be read. */
  const at = async <T>(type: string, permission: string, act: (found: readonly Resource[]) => Promise<T>) =>
    'value' in resources
      ? look(permission, () =>
          act(
            resources.value.filter(
              ({ ResourceType, PhysicalResourceId }) => ResourceType === type && PhysicalResourceId,
            ),
          ),
        )
      : resources;
  const [settings, { parameter, token }, schedules, sources, concurrency, subscriptions, raised] = await Promise.all([
    deployedSettings(stackName),
    storedToken(tokenParameter),
    at('AWS::Scheduler::ScheduleGroup', 'scheduler:ListSchedules', schedulesIn),
    at('AWS::Lambda::EventSourceMapping', 'lambda:GetEventSourceMapping', sourcesIn),
    look('lambda:GetAccountSettings', concurrentExecutions),
    at('AWS::SNS::Topic', 'sns:ListSubscriptionsByTopic', subscriptionsOf),
    at('AWS::CloudWatch::Alarm', 'cloudwatch:DescribeAlarms', raisedAmong),
  ]);
  return { settings, parameter, token, schedules, sources, concurrency, subscriptions, raised };
}

type Resource = Pick<StackResourceSummary, 'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceType'>;

function stackResources(stackName: string): Promise<Looked<Resource[]>> {
  return look('cloudformation:ListStackResources', () =>
    using(new CloudFormationClient(clientOptions()), async (client) => {
      const found: Resource[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(new ListStackResourcesCommand({ StackName: stackName, NextToken }));
        found.push(...(page.StackResourceSummaries ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    }),
  );
}

/** CDK writes the settings into the template, and CloudFormation keeps the template of what is deployed. */
function deployedSettings(stackName: string): Promise<Looked<unknown>> {
  return look('cloudformation:GetTemplate', () =>
    using(new CloudFormationClient(clientOptions()), async (client) => {
      const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName: stackName }));
      const settings = (JSON.parse(TemplateBody) as { Metadata?: Record<string, string> }).Metadata?.[settingsMetadata];
      return settings === undefined ? undefined : JSON.parse(settings);
    }),
  );
}

async function storedToken(name: string): Promise<Pick<PartsOnAws, 'parameter' | 'token'>> {
  const stored = await look('ssm:GetParameter', () =>
    using(new SSMClient(clientOptions()), (client) =>
      client.send(new GetParameterCommand({ Name: name, WithDecryption: true })).then(
        ({ Parameter: { Type, Value } = {} }) => {
          if (Type === undefined || Value === undefined) {
            throw notUnderstood('the parameter');
          }
          return { type: Type, value: Value };
        },
        (error) => absentOr(error),
      ),
    ),
  );
  if (!('value' in stored)) {
    return { parameter: stored, token: undefined };
  }
  if (stored.value === undefined) {
    return { parameter: { value: undefined }, token: undefined };
  }
  const { type, value } = stored.value;
  const form = tokenForm(value);
  return { parameter: { value: { type, form } }, token: form === 'unusable' ? undefined : value.trim() };
}

/**
 * `undefined` for a parameter that is not there.
 * @throws anything else; where the SDK has no name for it without its message, which for a truncated answer may contain the value.
 */
function absentOr(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ParameterNotFound') {
    return undefined;
  }
  const isNamed = awsFailure(error).code !== 'unexpected';
  throw isNamed ? error : notUnderstood('the parameter');
}

function schedulesIn(groups: readonly Resource[]) {
  return using(new SchedulerClient(clientOptions()), async (client) => {
    const pages = groups.map(async ({ PhysicalResourceId: group = '' }) => {
      const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: group }));
      return Schedules.map(({ Name = '', State }) => ({ name: Name, group, enabled: State !== 'DISABLED' }));
    });
    return (await Promise.all(pages)).flat();
  });
}

function sourcesIn(mappings: readonly Resource[]) {
  return using(new LambdaClient(clientOptions()), (client) =>
    Promise.all(
      mappings.map(async ({ PhysicalResourceId: uuid = '' }) => {
        const { State = 'unknown' } = await client.send(new GetEventSourceMappingCommand({ UUID: uuid }));
        return { uuid, state: State };
      }),
    ),
  );
}

function concurrentExecutions(): Promise<number> {
  return using(new LambdaClient(clientOptions()), async (client) => {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand());
    if (AccountLimit?.ConcurrentExecutions === undefined) {
      throw notUnderstood("the account's limit");
    }
    return AccountLimit.ConcurrentExecutions;
  });
}

/** A subscription that nobody has confirmed has this in the place of its ARN. */
const pending = 'PendingConfirmation';

function subscriptionsOf([topicOfAlarms]: readonly Resource[]) {
  const topic = topicOfAlarms?.PhysicalResourceId ?? '';
  return using(new SNSClient(clientOptions()), async (client) => {
    const { Subscriptions = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    return {
      topic,
      all: Subscriptions.map(({ SubscriptionArn, Protocol = '', Endpoint = '' }) => ({
        protocol: Protocol,
        endpoint: Endpoint,
        confirmed: SubscriptionArn !== pending,
      })),
    };
  });
}

/** `AlarmsBreakerOpen1A2B3C4D`: the construct, the name, and eight digits that CDK adds. */
const logicalAlarm = /^Alarms(.*?)[0-9A-F]{8}$/;

function raisedAmong(alarms: readonly Resource[]) {
  const names = new Map(
    alarms.map(({ PhysicalResourceId = '', LogicalResourceId = '' }) => [
      PhysicalResourceId,
      logicalAlarm.exec(LogicalResourceId)?.[1] ?? LogicalResourceId,
    ]),
  );
  return using(new CloudWatchClient(clientOptions()), async (client) => {
    if (names.size === 0) {
      // Without names CloudWatch would answer with the alarms of the whole account.
      return [];
    }
    const { MetricAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({ AlarmNames: [...names.keys()], StateValue: 'ALARM', MaxRecords: 100 }),
    );
    const raised = MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM');
    return raised.map(({ AlarmName = '' }) => names.get(AlarmName) ?? AlarmName);
  });
}
