import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { FeedHeads } from '../ports/feed-heads.ts';
import { type FeedHead, feedHeadSchema } from '../table/feed-head.ts';
import { rowBytes, writeUnitsFor } from '../table/row-size.ts';
import { batchGetAll } from './dynamo-batch-get.ts';

/** Feed heads in the control table `tableName`. Reads are consistent: a replace is decided on them. */
export function dynamoFeedHeads(client: DynamoDBDocumentClient, tableName: string): FeedHeads {
  return {
    read: async (ids) => {
      const { items, readUnits } = await batchGetAll(client, {
        tableName,
        keys: ids.map((id) => ({ id })),
        consistent: true,
      });
      return { heads: new Map(items.flatMap(readableHead).map((head) => [head.id, head])), readUnits };
    },
    replace: async (head, seen) => {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: head,
            ReturnConsumedCapacity: 'TOTAL',
            ...unchangedSince(seen),
          }),
        );
        return { replaced: true, writeUnits: answer.ConsumedCapacity?.CapacityUnits ?? 0 };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          return { replaced: false, writeUnits: writeUnitsFor(rowBytes(head)) };
        }
        throw error;
      }
    },
  };
}

/** Two heads of one feed that agree in these three are the same head (see `joinFeedHeads`). */
function unchangedSince(seen: FeedHead | undefined) {
  if (seen === undefined) {
    return { ConditionExpression: 'attribute_not_exists(id)' };
  }
  return {
    ConditionExpression: '#snapshot = :snapshot AND fetchedAt = :fetchedAt AND size(pagesApplied) = :count',
    // A reserved word of DynamoDB's.
    ExpressionAttributeNames: { '#snapshot': 'snapshot' },
    ExpressionAttributeValues: {
      ':snapshot': seen.snapshot,
      ':fetchedAt': seen.fetchedAt,
      ':count': seen.pagesApplied.length,
    },
  };
}

function readableHead(item: Record<string, unknown>): FeedHead[] {
  const parsed = feedHeadSchema.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}
