import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { breakerId, dynamoBreakerStore } from '../../../src/shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../../../src/shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule, rateScheduleId } from '../../../src/shared/throttle/dynamo-rate-schedule.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine, type EmbeddedTables } from '../../support/embedded-tables.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** A control table with two items, and every request that is sent to read them. */
async function openItems(tables: EmbeddedTables) {
  const table = await tables.newControl();
  for (const id of [breakerId, rateScheduleId]) {
    await tables.client.send(new PutCommand({ TableName: table, Item: { id, of: id } }));
  }
  const sent: string[] = [];
  const send = async (command: GetCommand | BatchGetCommand) => {
    sent.push(command instanceof BatchGetCommand ? 'batch' : 'one');
    return tables.client.send(command as GetCommand);
  };
  const client = { send } as unknown as DynamoDBDocumentClient;
  const counted = { requests: 0 };
  const read = controlItems(client, table, () => {
    counted.requests += 1;
  });
  return { table, client, sent, counted, read };
}

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'items of the control table', (tables) => {
    it('cost one request when two are asked for at the same moment', async () => {
      const { read, sent, counted } = await openItems(tables);
      const items = await Promise.all([read(breakerId), read(rateScheduleId)]);
      expect(items).toEqual([
        { id: breakerId, of: breakerId },
        { id: rateScheduleId, of: rateScheduleId },
      ]);
      expect([sent, counted.requests]).toEqual([['batch'], 1]);
    });

    it('cost one request when the same is asked for several times at once', async () => {
      const { read, sent } = await openItems(tables);
      expect(await Promise.all([read(breakerId), read(breakerId)])).toHaveLength(2);
      expect(sent).toEqual(['one']);
      const mixed = [breakerId, rateScheduleId, breakerId].map(read);
      expect(await Promise.all(mixed)).toMatchObject([{ of: breakerId }, { of: rateScheduleId }, { of: breakerId }]);
      expect(sent).toEqual(['one', 'batch']);
    });

    it('are read singly when one is asked for, and each time anew', async () => {
      const { read, sent, table } = await openItems(tables);
      expect(await read(breakerId)).toMatchObject({ of: breakerId });
      await tables.client.send(new PutCommand({ TableName: table, Item: { id: breakerId, of: 'another' } }));
      expect(await read(breakerId)).toMatchObject({ of: 'another' });
      expect(sent).toEqual(['one', 'one']);
    });

    it('that do not exist are undefined, alone and together', async () => {
      const { read } = await openItems(tables);
      expect(await read('absent')).toBeUndefined();
      expect(await Promise.all([read('absent'), read(breakerId)])).toEqual([
        undefined,
        { id: breakerId, of: breakerId },
      ]);
    });

    it('are the breaker’s and the schedule’s: both are read with one request', async () => {
      const { table, client, sent } = await openItems(tables);
      const readItem = controlItems(client, table);
      const schedule = dynamoRateSchedule(client, table, plainLimits, virtualClock(), { readItem });
      const breaker = dynamoBreakerStore(client, table, readItem);
      const [state, record] = await Promise.all([schedule.read(), breaker.read()]);
      expect([state.ceiling, record]).toEqual([0, undefined]);
      expect(sent).toEqual(['batch']);
    });
  });
}

describe('a request for two items', () => {
  const table = 'control';
  /** A table that leaves these ids of a batch unprocessed. */
  const leaving = (unprocessed: readonly string[], one: (id: string) => Promise<unknown>) => {
    const sent: string[] = [];
    const send = async (command: GetCommand | BatchGetCommand) => {
      if (command instanceof GetCommand) {
        const { Key, ConsistentRead } = command.input;
        sent.push(`${Key?.id} ${ConsistentRead}`);
        return { Item: await one(Key?.id) };
      }
      const { Keys = [], ConsistentRead } = command.input.RequestItems?.[table] ?? {};
      sent.push(`batch ${ConsistentRead}`);
      const isOpen = ({ id }: Record<string, unknown>) => unprocessed.includes(String(id));
      return {
        Responses: { [table]: Keys.filter((key) => !isOpen(key)).map(({ id }) => ({ id, from: 'batch' })) },
        UnprocessedKeys: unprocessed.length === 0 ? {} : { [table]: { Keys: Keys.filter(isOpen) } },
      };
    };
    return { sent, read: controlItems({ send } as unknown as DynamoDBDocumentClient, table) };
  };

  it('reads singly what the table leaves unprocessed', async () => {
    const { sent, read } = leaving(['b'], async (id) => ({ id, from: 'one' }));
    expect(await Promise.all([read('a'), read('b')])).toEqual([
      { id: 'a', from: 'batch' },
      { id: 'b', from: 'one' },
    ]);
    expect(sent).toEqual(['batch true', 'b true']);
  });

  it('fails for all who asked when the table cannot be read', async () => {
    const away = new Error('the table is away');
    const { read } = leaving(['a', 'b'], async () => Promise.reject(away));
    expect(await Promise.all([rejectionOf(read('a')), rejectionOf(read('b'))])).toEqual([away, away]);
    const { read: again } = leaving([], async () => undefined);
    expect(await Promise.all([again('a'), again('b')])).toHaveLength(2);
  });
});
