import { type Stack, Validations } from 'aws-cdk-lib';

/** Findings of cdk-nag's AwsSolutions rules that are meant to be, each with its reason in one sentence. */
export const acknowledgedFindings: readonly { id: string; reason: string }[] = [
  {
    id: 'AwsSolutions-DDB3',
    reason:
      'The tables are a cache that the schedules fill again, so point-in-time recovery is a setting and off by default.',
  },
  {
    id: 'AwsSolutions-SQS3',
    reason:
      'The queues named here are dead-letter queues themselves: of the scheduler, the event bus and asynchronous invocations.',
  },
];

/** Tells cdk-nag. */
export function acknowledgeFindings(stack: Stack): void {
  Validations.of(stack).acknowledge(...acknowledgedFindings);
}
