import { Validations } from 'aws-cdk-lib';
import type { PipelineParts } from './pipeline-parts.ts';

/** Findings of cdk-nag's AwsSolutions rules that are accepted: for which part, and why. For other parts they are errors. */
export const acknowledgedFindings: readonly { part: keyof PipelineParts; id: string; reason: string }[] = [
  {
    part: 'tables',
    id: 'AwsSolutions-DDB3',
    reason:
      'The tables are a cache that the schedules can refill, so point-in-time recovery is a setting and off by default.',
  },
];

/** Registers the accepted findings with cdk-nag. */
export function acknowledgeFindings(parts: PipelineParts): void {
  for (const { part, id, reason } of acknowledgedFindings) {
    Validations.of(parts[part]).acknowledge({ id, reason });
  }
}
