import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type BreakerStore, breakerRecordSchema } from './breaker-record.ts';
import type { ReadControlItem } from './dynamo-control-items.ts';
import { dynamoRevisionedItem } from './dynamo-revisioned-item.ts';

/** Id of the breaker's item in the control table. */
export const breakerId = 'breaker';

/** The breaker as one item of the control table `tableName`; `readItem` may be shared with the rate schedule. */
export function dynamoBreakerStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  readItem?: ReadControlItem,
): BreakerStore {
  return dynamoRevisionedItem(client, tableName, breakerId, breakerRecordSchema, readItem);
}
