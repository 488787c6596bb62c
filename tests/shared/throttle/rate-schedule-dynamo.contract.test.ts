import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { dynamoRateSchedule, rateScheduleId } from '../../../src/shared/throttle/dynamo-rate-schedule.ts';
import type { RateScheduleStore } from '../../../src/shared/throttle/rate-schedule-store.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine, type EmbeddedTables } from '../../support/embedded-tables.ts';
import { smallestGap } from '../../support/most-within.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const startMs = Date.UTC(2026, 10, 23, 8);

/** Several workers' drivers of one schedule, and every write they make. */
async function openDrivers(tables: EmbeddedTables, drivers: number) {
  const table = await tables.newControl();
  const clock = virtualClock({ startMs });
  const writes = { count: 0 };
  const open = (): RateScheduleStore =>
    dynamoRateSchedule(tables.client, table, plainLimits, clock, () => {
      writes.count += 1;
    });
  const writesOf = async (act: () => Promise<unknown>) => {
    const before = writes.count;
    await act();
    return writes.count - before;
  };
  return { table, clock, open, writesOf, drivers: Array.from({ length: drivers }, open) };
}

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'writes of the rate schedule', (tables) => {
    it('are one for each run while the timeline is busy: 0.1 write units a call in batches of 10', async () => {
      const { drivers, writesOf } = await openDrivers(tables, 8);
      await drivers[0]?.take(10);
      // Each of the others finds out once that there is a timeline.
      const first = await writesOf(() => Promise.all(drivers.slice(1).map((driver) => driver.take(10))));
      expect(first).toBe(14);
      const rounds = 6;
      const busy = await writesOf(async () => {
        for (let round = 0; round < rounds; round += 1) {
          await Promise.all(drivers.map((driver) => driver.take(10)));
        }
      });
      expect(busy).toBe(rounds * drivers.length);
      expect((busy + first) / (10 * drivers.length * (rounds + 1))).toBeLessThanOrEqual(0.2);
    });

    it('are two when the timeline was idle: 0.2 a call', async () => {
      const { drivers, writesOf, clock } = await openDrivers(tables, 3);
      expect(await writesOf(async () => drivers[0]?.take(10))).toBe(1);
      for (const driver of drivers) {
        await driver.take(10);
      }
      for (const driver of drivers) {
        await clock.advance(60_000);
        expect(await writesOf(() => driver.take(10))).toBe(2);
      }
    });

    it('are three at most when several find it idle at the same moment', async () => {
      const { drivers, writesOf, clock } = await openDrivers(tables, 8);
      for (const driver of drivers) {
        await driver.take(10);
      }
      await clock.advance(60_000);
      const writes = await writesOf(() => Promise.all(drivers.map((driver) => driver.take(10))));
      expect(writes).toBeLessThanOrEqual(3 * drivers.length);
    });

    it('are two when a throttle has changed the rate since', async () => {
      const { drivers, writesOf } = await openDrivers(tables, 2);
      await drivers[0]?.take(10);
      await drivers[1]?.slowDown(undefined);
      expect(await writesOf(async () => drivers[0]?.take(10))).toBe(2);
      expect(await writesOf(async () => drivers[0]?.take(10))).toBe(1);
    });

    it('keep the item far below the 1 KB that one write unit covers', async () => {
      const { drivers, table } = await openDrivers(tables, 1);
      await drivers[0]?.slowDown(1_234);
      await drivers[0]?.take(10);
      const items = await tables.scan(table);
      expect(items).toHaveLength(1);
      expect(JSON.stringify(items[0]).length).toBeLessThan(300);
    });

    it('go on from a state that another program has written', async () => {
      const { table, open } = await openDrivers(tables, 0);
      const known = open();
      await known.take(1);
      const foreign = {
        nextSlotMs: startMs + 90_000.125,
        slowRate: 2,
        slowSinceMs: startMs,
        pausedUntilMs: startMs + 5,
      };
      await tables.client.send(new PutCommand({ TableName: table, Item: { id: rateScheduleId, ...foreign } }));
      for (const [index, driver] of [known, open()].entries()) {
        const [first = 0, second = 0] = await driver.take(2);
        expect(first).toBeCloseTo(startMs + 90_000.125 + index * 1_000, 2);
        expect(second - first).toBeCloseTo(500, 2);
      }
    });

    it.each([
      ['with a text for a time', { nextSlotMs: 'soon', slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 }],
      ['with a member short', { nextSlotMs: startMs + 90_000, slowRate: 0 }],
      ['that is empty', {}],
    ])('go on from an item %s', async (_name, damaged) => {
      const { table, open } = await openDrivers(tables, 0);
      await tables.client.send(new PutCommand({ TableName: table, Item: { id: rateScheduleId, ...damaged } }));
      const slotsMs = [...(await open().take(2)), ...(await open().take(2))];
      expect(smallestGap(slotsMs)).toBeGreaterThan(99);
      await open().slowDown(1_000);
      expect((await open().read()).slowRate).toBe(5);
    });

    it('of a throttle give back no slot that was taken since it read', async () => {
      const { table, clock, drivers } = await openDrivers(tables, 1);
      const [other] = drivers;
      await other?.take(1);
      const taken: number[] = [];
      let overtaken = false;
      const send = async (command: UpdateCommand) => {
        if (command instanceof UpdateCommand && !overtaken) {
          overtaken = true;
          taken.push(...((await other?.take(5)) ?? []));
        }
        return tables.client.send(command);
      };
      const throttled = dynamoRateSchedule({ send } as unknown as DynamoDBDocumentClient, table, plainLimits, clock);
      await throttled.slowDown(0);
      taken.push(...((await other?.take(5)) ?? []));
      expect(taken).toHaveLength(10);
      expect(smallestGap(taken)).toBeGreaterThan(99);
    });

    // What DynamoDB adds up exactly and JavaScript does not must still compare as equal.
    it('can be slowed down again after a pause with a fraction of a microsecond', async () => {
      const { drivers, clock } = await openDrivers(tables, 2);
      for (let n = 0; n < 20; n += 1) {
        await drivers[1]?.slowDown(2_333.3333333);
        await drivers[n % 2]?.take(7);
        await clock.advance(2_100);
      }
    });

    it.each([-0.5, -10_000])('give no slot to who has no time left: %d ms', async (withinMs) => {
      const { drivers } = await openDrivers(tables, 2);
      await drivers[0]?.take(1);
      for (const driver of drivers) {
        expect(await driver.take(1, withinMs)).toEqual([]);
      }
    });
  });
}

/** Where each update's condition holds: the item as numbers, in this process. */
function agreeingClient(): DynamoDBDocumentClient {
  let nextSlotMs = startMs;
  const send = async (command: UpdateCommand) => {
    const values = command.input.ExpressionAttributeValues ?? {};
    nextSlotMs = values[':next'] ?? nextSlotMs + values[':step'];
    return { Attributes: { nextSlotMs, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 } };
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

describe('one worker’s runs that are under way together', () => {
  it('share no slot when their answers arrive together', async () => {
    const driver = dynamoRateSchedule(agreeingClient(), 'control', plainLimits, virtualClock({ startMs }));
    await driver.take(1);
    const runs = await Promise.all([driver.take(2), driver.take(2), driver.take(2)]);
    expect(smallestGap(runs.flat())).toBeGreaterThan(99);
  });

  it('give up, retryably, after 25 updates that were lost to others', async () => {
    const item = { nextSlotMs: startMs, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };
    const Item = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { N: String(value) }]));
    const lost = new ConditionalCheckFailedException({ message: 'lost', $metadata: {}, Item });
    let updates = 0;
    const client = { send: async () => Promise.reject(lost) } as unknown as DynamoDBDocumentClient;
    const driver = dynamoRateSchedule(client, 'control', plainLimits, virtualClock({ startMs }), () => {
      updates += 1;
    });
    const error = await rejectionOf(driver.take(1));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'schedule_contended', message: expect.stringContaining('25') });
    expect(updates).toBe(25);
  });

  it('pass on what DynamoDB itself says', async () => {
    const broken = new Error('ResourceNotFoundException');
    const client = { send: async () => Promise.reject(broken) } as unknown as DynamoDBDocumentClient;
    const driver = dynamoRateSchedule(client, 'control', plainLimits, virtualClock({ startMs }));
    expect(await rejectionOf(driver.take(1))).toBe(broken);
    expect(await rejectionOf(driver.slowDown(1))).toBe(broken);
  });
});
