import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';

/** The queues of a stack, as `local --json` names them. */
type QueueName = 'fetchQueueUrl' | 'fetchDlqUrl' | 'itemQueueUrl' | 'itemDlqUrl';

/** Messages of a queue: all of them, or those alone in some of SQS's states (`''` is visible). */
export async function countMessages(
  stack: StackEndpoints,
  queue: QueueName,
  states = ['', 'NotVisible', 'Delayed'],
): Promise<number> {
  const client = sqsClient({ endpoint: stack.endpoints.sqs, region: stack.region });
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: stack[queue], AttributeNames: ['All'] }),
  );
  client.destroy();
  const counts = new Map(Object.entries(Attributes));
  return states.reduce((sum, state) => sum + Number(counts.get(`ApproximateNumberOfMessages${state}`) ?? 0), 0);
}
