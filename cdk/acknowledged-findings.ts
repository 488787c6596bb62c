import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import type { PipelineStack } from './pipeline-stack.ts';

/** A finding that is accepted: for the construct at this path below the stack, and why. Elsewhere it is an error. */
type AcknowledgedFinding = { at: string; id: string; reason: string };

const isDeadLetterQueue = 'This queue is itself a dead-letter queue, and an alarm reports its first message.';
const synchronous = 'The reader is called synchronously: its caller gets the failure, and an alarm reports failures.';
const byQueue = 'Lambda polls a queue for it: a batch that fails goes to the dead-letter queue of that queue.';

/** Accepted findings of cdk-nag's rules AwsSolutions and Serverless. */
export const acknowledgedFindings: readonly AcknowledgedFinding[] = [
  {
    at: 'Tables',
    id: 'AwsSolutions-DDB3',
    reason:
      'The tables are a cache that the schedules can refill, so point-in-time recovery is a setting and off by default.',
  },
  ...['Fetch/DeadLetters', 'Items/DeadLetters'].map((at) => ({
    at,
    id: 'Serverless-SQSRedrivePolicy',
    reason: isDeadLetterQueue,
  })),
  {
    at: 'Planner',
    id: 'Serverless-LambdaDLQ',
    reason:
      'A failed asynchronous invocation goes to its on-failure destination, which also gets the error; a dead-letter target gets the event alone.',
  },
  { at: 'Worker', id: 'Serverless-LambdaDLQ', reason: byQueue },
  { at: 'Writer', id: 'Serverless-LambdaDLQ', reason: byQueue },
  { at: 'Reader', id: 'Serverless-LambdaDLQ', reason: synchronous },
  ...['Worker/Source', 'Writer/Source'].map((at) => ({
    at,
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'Event sources of SQS have no such destination: the redrive policy of the queue takes its place.',
  })),
  ...['Planner', 'Worker', 'Writer', 'Reader'].map((at) => ({
    at,
    id: 'Serverless-LambdaTracing',
    reason: 'Traces are billed, and not needed to operate the pipeline: tracing is a setting and off by default.',
  })),
  {
    at: 'Alarms/Topic',
    id: 'Serverless-SNSRedrivePolicy',
    reason:
      'The subscription is an e-mail address: nobody would look into a queue of undelivered e-mails, and the alarm itself stays visible in CloudWatch.',
  },
  {
    at: 'ReaderCdn',
    id: 'AwsSolutions-CFR1',
    reason: 'Lists of films are for all countries; who must limit them does so by the answers that they show.',
  },
  {
    at: 'ReaderCdn',
    id: 'AwsSolutions-CFR2',
    reason:
      'A web ACL costs more than fifty times the pipeline, and the reader only answers reads, checks every parameter and can be bounded by its concurrency.',
  },
  {
    at: 'ReaderCdn',
    id: 'AwsSolutions-CFR3',
    reason:
      'Access logs need a bucket and hold the addresses of viewers, and CloudFront counts requests and errors without them.',
  },
  {
    at: 'ReaderCdn',
    id: 'AwsSolutions-CFR4',
    reason:
      'With its own domain name CloudFront chooses the protocols itself: a minimum can only be set with a certificate for another domain.',
  },
];

/** Findings that are accepted where the settings ask for what causes them. */
export const findingsOfSettings = {
  tracing: {
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources to name: both actions that send traces are allowed on everything or not at all.',
  },
  rollback: {
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    reason:
      'CodeDeploy documents this policy as the least that its service role needs to shift the aliases of functions.',
  },
} as const;

/** Registers the accepted findings with cdk-nag. */
export function acknowledgeFindings(stack: PipelineStack, { tracing }: Settings['deployment']): void {
  const { parts, rollout } = stack;
  for (const { at, id, reason } of acknowledgedFindings) {
    const construct = at
      .split('/')
      .reduce<IConstruct | undefined>((parent, name) => parent?.node.tryFindChild(name), stack);
    // Some parts are there with certain settings only.
    if (construct !== undefined) {
      Validations.of(construct).acknowledge({ id, reason });
    }
  }
  for (const { role } of [parts.planner, parts.worker, parts.writer, parts.reader]) {
    if (tracing && role !== undefined) {
      Validations.of(role).acknowledge(findingsOfSettings.tracing);
    }
  }
  if (rollout !== undefined) {
    Validations.of(rollout.role).acknowledge(findingsOfSettings.rollback);
  }
}
