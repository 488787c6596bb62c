/** Requests of AWS clients, counted where they are sent; retries of the SDK within one request are not seen. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A count by name. */
export type Counts = Record<string, number>;

/**
 * Counts what `client` asks a table from now on as `tableReads` and `tableWrites`. Where each item is below 1 KB a write is a write unit,
 * refused conditional writes included.
 */
export function countTableRequests(client: DynamoDBClient | DynamoDBDocumentClient, counts: Counts): void {
  (client as DynamoDBClient).middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        add(counts, /^(Put|Update|Delete|BatchWrite)/.test(String(commandName)) ? 'tableWrites' : 'tableReads');
        return next(call);
      },
    { step: 'initialize', priority: 'high' },
  );
}

/** Counts requests that send to the queue `itemQueueUrl` from now on as `itemRequests`. */
export function countItemRequests(client: SQSClient, itemQueueUrl: string, counts: Counts): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        const { QueueUrl } = call.input as { QueueUrl?: string };
        if (/^SendMessage/.test(String(commandName)) && QueueUrl === itemQueueUrl) {
          add(counts, 'itemRequests');
        }
        return next(call);
      },
    { step: 'initialize', priority: 'high' },
  );
}

function add(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
