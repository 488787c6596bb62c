import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { dynamoFeedsInFlight } from '../../../src/shared/tables/dynamo-feeds-in-flight.ts';
import type { FeedInFlight } from '../../../src/shared/tables/feeds-in-flight.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';

const markOf = (n: number): FeedInFlight => ({
  id: `in-flight#genre_${n}/movie/global/en-US`,
  snapshot: '2026-11-23T08:00:00Z.0badcafe',
  runId: '0badcafe',
  pages: 1,
  sentAtMs: Date.UTC(2026, 10, 23, 8),
  expiration: Date.UTC(2026, 10, 23, 14) / 1_000,
});
const marks = (count: number) => Array.from({ length: count }, (_, n) => markOf(n));

type Put = { PutRequest: { Item: Record<string, unknown> } };

/** A table that leaves items unprocessed as `leave` says (which: their place in the call, and how many calls there were before). */
function overloadedTable(leave: (place: number, before: number) => boolean) {
  const calls: string[][] = [];
  const stored = new Set<string>();
  const send = async ({ input }: { input: { RequestItems: Record<string, Put[]> } }) => {
    const puts = input.RequestItems.control ?? [];
    const open = puts.filter((_put, place) => leave(place, calls.length));
    for (const { PutRequest } of puts.filter((put) => !open.includes(put))) {
      stored.add(String(PutRequest.Item.id));
    }
    calls.push(puts.map(({ PutRequest }) => String(PutRequest.Item.id)));
    return { UnprocessedItems: open.length > 0 ? { control: open } : {} };
  };
  return { calls, stored, client: { send } as unknown as DynamoDBDocumentClient };
}

describe('marks that DynamoDB leaves unprocessed', () => {
  it('are put again, and only those', async () => {
    const { calls, stored, client } = overloadedTable((place, before) => before === 0 && place >= 3);
    await dynamoFeedsInFlight(client, 'control').mark(marks(5));
    expect(stored.size).toBe(5);
    expect(calls.map((call) => call.length)).toEqual([5, 2]);
  });

  it('for good are told, retryably, with their number', async () => {
    const { calls, client } = overloadedTable((place) => place < 2);
    const error = await rejectionOf(dynamoFeedsInFlight(client, 'control').mark(marks(4)));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'marks_incomplete', message: expect.stringContaining('2 items of control') });
    expect(calls).toHaveLength(6);
  });
});

describe('marks of many feeds', () => {
  it('are put in calls of twenty-five, which is all that BatchWriteItem takes, each once', async () => {
    const { calls, stored, client } = overloadedTable(() => false);
    await dynamoFeedsInFlight(client, 'control').mark([...marks(60), markOf(7)]);
    expect(calls.map((call) => call.length)).toEqual([25, 25, 10]);
    expect(stored.size).toBe(60);
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'marks', (tables) => {
    it('of more feeds than one call takes are all there, and those that are none are left out', async () => {
      const table = await tables.newControl();
      const store = dynamoFeedsInFlight(tables.client, table);
      await store.mark(marks(30));
      const ids = marks(31).map(({ id }) => id);
      expect([...(await store.read(ids)).values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        marks(30).sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
    });
  });
}
