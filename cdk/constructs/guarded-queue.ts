import { Duration, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueDefinition } from '../../src/shared/queues/queue-definitions.ts';

/** The common base of all queues: encrypted with SQS's own key, TLS only, and not usable as a dead-letter queue by other queues. */
export class GuardedQueue extends Queue {
  constructor(scope: Construct, id: string, props: QueueProps) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
      ...props,
    });
  }
}

/** A queue between two stages with its dead-letter queue, which accepts dead letters of this queue only. */
export class QueueWithDlq extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, definition: QueueDefinition) {
    super(scope, id);
    const stack = Stack.of(this);
    // Each queue refers to the other. A fixed queue name avoids a circular reference in the template.
    const queueName = `${stack.stackName}-${definition.name}`;
    const source = Queue.fromQueueArn(this, 'Source', stack.formatArn({ service: 'sqs', resource: queueName }));
    this.deadLetters = new GuardedQueue(this, 'DeadLetters', {
      queueName: `${stack.stackName}-${definition.deadLetterName}`,
      retentionPeriod: Duration.seconds(definition.deadLetterRetentionSeconds),
      redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues: [source] },
    });
    this.queue = new GuardedQueue(this, 'Queue', {
      queueName,
      retentionPeriod: Duration.seconds(definition.retentionSeconds),
      visibilityTimeout: Duration.seconds(definition.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: definition.maxReceiveCount },
    });
  }
}
