import { Duration, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueDefinition } from '../../src/shared/queues/queue-definitions.ts';

/** A queue as all of ours are: encrypted with SQS's own key, over TLS only, and no dead-letter queue for anybody else. */
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

/** A queue between two stages with its dead-letter queue, which takes the dead letters of this queue only. */
export class QueueWithDlq extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, definition: QueueDefinition) {
    super(scope, id);
    const stack = Stack.of(this);
    // Each queue names the other; the name is what breaks the circle.
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
