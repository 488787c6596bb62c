import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';

/** Reads the item `id` of the control table; `undefined` if there is none. */
export type ReadControlItem = (id: string) => Promise<Record<string, unknown> | undefined>;

/**
 * Consistent reads of the control table `tableName`. What is asked for at the same moment is read with one request, so that the breaker
 * and the rate schedule cost one request before a call, and not two. `onRequest` is called for every request.
 */
export function controlItems(
  client: DynamoDBDocumentClient,
  tableName: string,
  onRequest: () => void = () => undefined,
): ReadControlItem {
  const readOne: ReadControlItem = async (id) => {
    onRequest();
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }));
    return Item;
  };
  const readAll = async (asked: readonly string[]) => {
    // Several callers may ask for the same item, and DynamoDB refuses a key that is named twice.
    const [id = '', ...others] = new Set(asked);
    if (others.length === 0) {
      const item = await readOne(id);
      return asked.map(() => item);
    }
    const Keys = [id, ...others].map((one) => ({ id: one }));
    onRequest();
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
    );
    const found = new Map((Responses?.[tableName] ?? []).map((item) => [item.id, item]));
    // A throttled table leaves keys unprocessed. The SDK repeats single reads, but not these.
    for (const { id: open } of UnprocessedKeys?.[tableName]?.Keys ?? []) {
      found.set(open, (await readOne(open)) ?? {});
    }
    return asked.map((one) => found.get(one));
  };
  // Nothing is cached: concurrent reads share a request, later ones do not.
  const loader = new DataLoader<string, Record<string, unknown> | undefined>(readAll, { cache: false });
  return (id) => loader.load(id);
}
