import { Validations } from 'aws-cdk-lib';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { PipelineStack } from './pipeline-stack.ts';

/** Findings of cdk-nag's AwsSolutions rules that are accepted: for which part, and why. For other parts they are errors. */
export const acknowledgedFindings: readonly { part: keyof PipelineParts; id: string; reason: string }[] = [
  {
    part: 'tables',
    id: 'AwsSolutions-DDB3',
    reason:
      'The tables are a cache that the schedules can refill, so point-in-time recovery is a setting and off by default.',
  },
  {
    part: 'undelivered',
    id: 'AwsSolutions-SQS3',
    reason: 'This queue is itself the dead-letter queue of the scheduler and of the event bus.',
  },
  {
    part: 'plannerFailures',
    id: 'AwsSolutions-SQS3',
    reason: 'This queue is itself the destination for failed invocations of the planner.',
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
export function acknowledgeFindings({ parts, rollout }: PipelineStack, { tracing }: Settings['deployment']): void {
  for (const { part, id, reason } of acknowledgedFindings) {
    Validations.of(parts[part]).acknowledge({ id, reason });
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
