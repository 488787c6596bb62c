import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import { batchGetAll } from './dynamo-batch-get.ts';
import { type FeedHead, feedHeadSchema } from './feed-head.ts';
import type { FeedHeads } from './feed-heads.ts';
import { rowBytes, writeUnitsFor } from './row.ts';

/** Feed heads in the control table `tableName`. Reads are consistent, because `replace` depends on what was read. */
export function dynamoFeedHeads(client: DynamoDBDocumentClient, tableName: string): FeedHeads {
  /** Heads of another layout, as they were last read. They count as absent, but `replace` must compare with them. */
  const unreadable = new Map<string, Record<string, unknown>>();
  /** The digest that each head was read with. A head that was edited by hand or restored may lack it or have a wrong one. */
  const digests = new WeakMap<FeedHead, unknown>();
  const asStored = (seen: FeedHead) =>
    digests.has(seen) ? { ...seen, newestDigest: digests.get(seen) } : stored(seen);
  return {
    read: async (ids) => {
      const { items, readUnits } = await batchGetAll(client, {
        tableName,
        keys: ids.map((id) => ({ id })),
        consistent: true,
      });
      const heads = new Map<string, FeedHead>();
      for (const item of items) {
        const id = String(item.id);
        const parsed = feedHeadSchema.safeParse(item);
        unreadable.delete(id);
        if (parsed.success) {
          heads.set(id, parsed.data);
          digests.set(parsed.data, item.newestDigest);
        } else {
          unreadable.set(id, item);
        }
      }
      return { heads, readUnits };
    },
    list: () => listHeads(client, tableName),
    replace: async (head, seen) => {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: stored(head),
            ReturnConsumedCapacity: 'TOTAL',
            ...unchangedSince(seen === undefined ? unreadable.get(head.id) : asStored(seen)),
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

/** Leaves out heads of another layout, because one damaged item must not make `status`, `report` or the refresh plan fail. */
async function listHeads(client: DynamoDBDocumentClient, tableName: string): Promise<FeedHead[]> {
  const heads: FeedHead[] = [];
  const scan = {
    TableName: tableName,
    FilterExpression: 'begins_with(id, :feed)',
    ExpressionAttributeValues: { ':feed': 'feed#' },
  };
  for await (const { Items = [] } of paginateScan({ client }, scan)) {
    heads.push(...Items.flatMap((item) => feedHeadSchema.safeParse(item).data ?? []));
  }
  return heads.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A head as it is stored: with a digest of its only map member, because the emulator dynalite cannot compare maps. */
function stored<Head extends Record<string, unknown>>(head: Head): Head & { newestDigest?: string } {
  return head.newest === undefined ? head : { ...head, newestDigest: stableHash(canonicalJson(head.newest), 16) };
}

/** Optional members of a head. If one was absent when read, `replace` requires that it is still absent. */
const optional = ['emptyAs', 'newest', 'newestDigest'];

/**
 * The condition that every attribute is unchanged. A list is compared by its length, since pages are only ever added; a map by its digest.
 */
function unchangedSince(seen: Record<string, unknown> | undefined) {
  if (seen === undefined) {
    return { ConditionExpression: 'attribute_not_exists(id)' };
  }
  const attributes = Object.entries(seen).filter(([, value]) => value !== undefined && !isMap(value));
  const absent = optional.filter((name) => seen[name] === undefined);
  return {
    ConditionExpression: [
      ...attributes.map(([, value], index) =>
        Array.isArray(value) ? `size(#a${index}) = :a${index}` : `#a${index} = :a${index}`,
      ),
      ...absent.map((name) => `attribute_not_exists(#${name})`),
    ].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([
      ...attributes.map(([name], index) => [`#a${index}`, name]),
      ...absent.map((name) => [`#${name}`, name]),
    ]),
    ExpressionAttributeValues: Object.fromEntries(
      attributes.map(([, value], index) => [`:a${index}`, Array.isArray(value) ? value.length : value]),
    ),
  };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
