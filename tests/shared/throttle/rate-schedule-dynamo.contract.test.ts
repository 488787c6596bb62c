import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { dynamoRateSchedule, rateScheduleId } from '../../../src/shared/throttle/dynamo-rate-schedule.ts';
import { idleRateState, type Slot } from '../../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../../src/shared/throttle/rate-schedule-store.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine, type EmbeddedTables } from '../../support/embedded-tables.ts';
import { smallestGapOfAlarm } from '../../support/most-within.ts';
import { answerTo, plainLimits, throttleAt } from '../../support/rate-history.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const startMs = Date.UTC(2026, 10, 23, 8);
const since = (slots: readonly Slot[] | undefined) => (slots ?? []).map(({ atMs }) => Math.round(atMs - startMs));

/** Several workers' drivers of one schedule, and every write they make. */
async function openDrivers(tables: EmbeddedTables, drivers: number, limits = plainLimits) {
  const table = await tables.newControl();
  const clock = virtualClock({ startMs, autoJump: true });
  const writes = { count: 0 };
  const onWrite = () => {
    writes.count += 1;
  };
  const open = (client = tables.client): RateScheduleStore =>
    dynamoRateSchedule(client, table, limits, clock, { onWrite });
  const writesOf = async (act: () => Promise<unknown>) => {
    const before = writes.count;
    await act();
    return writes.count - before;
  };
  const put = (item: Record<string, unknown>) =>
    tables.client.send(new PutCommand({ TableName: table, Item: { id: rateScheduleId, ...item } }));
  return { table, clock, open, writesOf, put, drivers: Array.from({ length: drivers }, () => open()) };
}

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'writes of the rate schedule', (tables) => {
    it('are one for each run, busy or idle, with all answers: 0.1 write units a call in batches of 10', async () => {
      const { drivers, writesOf, clock } = await openDrivers(tables, 3);
      for (const waitMs of [0, 1_000, 30_000]) {
        await clock.advance(waitMs);
        for (const driver of drivers) {
          await clock.advance(100);
          const writes = await writesOf(async () => {
            for (const { atMs } of await driver.take(10)) {
              await driver.answered(answerTo(atMs));
            }
          });
          expect(writes).toBe(1);
        }
      }
      await clock.advance(100);
      await drivers[0]?.take(1);
      // The last twenty wait for the next slots of the other two.
      expect(await drivers[0]?.read()).toMatchObject({ answers: 70, refusals: 0 });
    });

    it('are one more for each race that is lost', async () => {
      const { drivers, writesOf, clock } = await openDrivers(tables, 2);
      await drivers[0]?.take(10);
      // The second worker trusts what it saw until now, and the first one writes meanwhile.
      await drivers[1]?.read();
      await drivers[0]?.take(10);
      expect(await writesOf(async () => drivers[1]?.take(10))).toBe(2);
      await clock.advance(100);
      expect(await writesOf(async () => drivers[1]?.take(10))).toBe(1);
    });

    it('are one when TMDB asks for a pause, and none for an answer that changes nothing now', async () => {
      const { drivers, writesOf } = await openDrivers(tables, 1);
      const [driver] = drivers;
      await driver?.take(10);
      expect(await writesOf(async () => driver?.answered(answerTo(startMs, 'refused')))).toBe(0);
      expect(await writesOf(async () => driver?.answered(throttleAt(startMs + 100, 1_000)))).toBe(1);
    });

    it('keep the item below the 1 KB that one write unit covers', async () => {
      const { drivers, table, clock } = await openDrivers(tables, 4, {
        ...plainLimits,
        requestsPerSecond: 40,
        lanes: 4,
      });
      const works = async (driver: RateScheduleStore, outcome: 'answered' | 'refused') => {
        for (const { atMs } of await driver.take(10)) {
          await driver.answered(answerTo(atMs - 1_000.123, outcome));
        }
      };
      for (let round = 0; round < 20; round += 1) {
        for (const driver of drivers) {
          await works(driver, round % 3 === 0 ? 'refused' : 'answered');
        }
        await clock.advance(333.333);
      }
      const items = await tables.scan(table);
      expect(items).toHaveLength(1);
      expect(JSON.stringify(items[0]).length).toBeLessThan(1_024);
      expect(String(items[0]?.recent).length).toBeGreaterThan(100);
    });

    it('go on from an item of the layout before: the pause is kept', async () => {
      const { put, open, clock } = await openDrivers(tables, 0);
      await put({ nextSlotMs: startMs + 9_000, slowRate: 2, slowSinceMs: startMs, pausedUntilMs: startMs + 5_000 });
      expect(await open().read()).toEqual({ ...idleRateState, pausedUntilMs: startMs + 5_000 });
      const slots = [...(await open().take(2)), ...(await open().take(2))];
      expect(smallestGapOfAlarm(slots)).toBeGreaterThan(99);
      await clock.advance(100);
      expect((await open().read()).pausedUntilMs).toBe(startMs + 5_000);
    });

    it.each([
      ['with texts for times', { endsMs: ['soon'], pausedUntilMs: 'later', alarmAtMs: null, revision: 7 }],
      ['without lanes', { endsMs: [], revision: 7 }],
      [
        'with numbers out of range',
        { score: -1, holdMs: 1e9, noiseCalls: 0, refusedShare: 2, ceiling: -5, revision: 7 },
      ],
      ['with a time beyond all numbers', { endsMs: [NumberValue.from(`1${'0'.repeat(20)}`)], revision: 7 }],
      ['with a revision that is no number', { endsMs: [0], revision: 'first' }],
      ['that is empty', {}],
    ])('go on from an item %s', async (_name, damaged) => {
      const { put, open } = await openDrivers(tables, 0);
      await put(damaged);
      expect(await open().read()).toEqual(idleRateState);
      const slots = [...(await open().take(2)), ...(await open().take(2))];
      expect(smallestGapOfAlarm(slots)).toBeGreaterThan(99);
      await open().answered(throttleAt(startMs, 1_000));
      expect((await open().read()).pausedUntilMs).toBeGreaterThanOrEqual(startMs + 1_000);
    });

    it('keep the members that are good in an item whose others are damaged', async () => {
      const { put, open } = await openDrivers(tables, 0);
      await put({ endsMs: [startMs + 3_000], ceiling: 8, holdMs: 'long', alarmAtMs: startMs - 5_000, revision: 3 });
      expect(await open().read()).toMatchObject({ ceiling: 8, holdMs: idleRateState.holdMs });
      const [first = 0, second = 0] = since(await open().take(2));
      expect(first).toBe(3_000);
      // 0.97 of eight calls a second.
      expect(second - first).toBeCloseTo(1_000 / 7.76, 0);
    });

    it('of a pause give back no slot that was taken since the item was read', async () => {
      const { open, drivers, clock } = await openDrivers(tables, 1);
      const [other] = drivers;
      await other?.take(1);
      await clock.advance(100);
      const taken: Slot[] = [];
      let overtaken = false;
      const send = async (command: PutCommand) => {
        if (command instanceof PutCommand && !overtaken) {
          overtaken = true;
          taken.push(...((await other?.take(5)) ?? []));
        }
        return tables.client.send(command);
      };
      await open({ send } as unknown as DynamoDBDocumentClient).answered(throttleAt(startMs, 500));
      await clock.advance(100);
      taken.push(...((await other?.take(5)) ?? []));
      expect(taken).toHaveLength(10);
      expect(smallestGapOfAlarm(taken)).toBeGreaterThan(99);
      expect((await other?.read())?.pausedUntilMs).toBeGreaterThanOrEqual(startMs + 600);
    });

    it('are kept to the very number, fractions of a microsecond as well', async () => {
      const { drivers, clock } = await openDrivers(tables, 2, { ...plainLimits, requestsPerSecond: 7 / 3 });
      for (let n = 0; n < 10; n += 1) {
        // Few enough for no alarm.
        await (n % 5 === 0 && drivers[1]?.answered(throttleAt(clock.nowMs(), 233.333_333_3)));
        await drivers[n % 2]?.take(7);
        await clock.advance(211.1);
      }
      await clock.advance(100);
      const [slot] = (await drivers[0]?.take(1)) ?? [];
      const state = await drivers[1]?.read();
      expect(state?.endsMs[0]).toBeCloseTo((slot?.atMs ?? 0) + 3_000 / 7, 3);
    });
  });
}

/**
 * A table in this process with one item. Its first writes fail, as many as `lost` says: another worker was faster, or (`isApplied`) the
 * write succeeded, its answer was lost, and the SDK's repetition of it failed.
 */
function oneItem(lost: number, isApplied = false) {
  let item: Record<string, unknown> | undefined;
  let left = lost;
  const send = async (command: GetCommand | PutCommand) => {
    if (command instanceof GetCommand) {
      return { Item: item };
    }
    left -= 1;
    if (left >= 0) {
      item = isApplied ? command.input.Item : item;
      throw new ConditionalCheckFailedException({ message: 'lost', $metadata: {} });
    }
    item = command.input.Item;
    return {};
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

describe('one worker’s runs that are under way together', () => {
  const openOn = (client: DynamoDBDocumentClient) => {
    const clock = virtualClock({ startMs, autoJump: true });
    const writes = { count: 0 };
    const onWrite = () => {
      writes.count += 1;
    };
    return { clock, writes, driver: dynamoRateSchedule(client, 'control', plainLimits, clock, { onWrite }) };
  };

  it('share no slot, and lose no race against each other', async () => {
    const { driver, writes } = openOn(oneItem(0));
    const runs = await Promise.all([driver.take(2), driver.take(2), driver.take(2)]);
    expect(since(runs.flat())).toEqual([0, 100, 200, 300, 400, 500]);
    expect(writes.count).toBe(3);
  });

  it('come out after 24 lost races', async () => {
    const { driver, writes } = openOn(oneItem(24));
    expect(await driver.take(1)).toHaveLength(1);
    expect(writes.count).toBe(25);
  });

  it('give up, retryably, after 25 that were lost to others, and the next one goes on', async () => {
    const { driver, writes } = openOn(oneItem(25));
    const [error, next] = await Promise.all([rejectionOf(driver.take(1)), driver.take(1)]);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'schedule_contended', message: expect.stringContaining('25') });
    expect(writes.count).toBe(26);
    expect(next).toHaveLength(1);
  });

  it('lose no answer with a race: it is stored with the next slots', async () => {
    const { driver, clock } = openOn(oneItem(25));
    await driver.answered(answerTo(startMs));
    await rejectionOf(driver.take(1));
    expect((await driver.read()).answers).toBe(0);
    await clock.advance(100);
    await driver.take(1);
    expect((await driver.read()).answers).toBe(1);
  });

  it('take the slots and count the answers once whose write succeeded though its answer was lost', async () => {
    const { driver, clock, writes } = openOn(oneItem(2, true));
    await driver.answered(answerTo(startMs, 'refused'));
    expect(since(await driver.take(3))).toEqual([0, 100, 200]);
    await clock.advance(100);
    expect(since(await driver.take(2))).toEqual([300, 400]);
    expect(await driver.read()).toMatchObject({ answers: 1, refusals: 1 });
    expect(writes.count).toBe(2);
  });

  it('cost one write or two when TMDB asks ten calls in flight for a pause, and the longest counts', async () => {
    const { driver, clock, writes } = openOn(oneItem(0));
    const slots = await driver.take(10);
    await clock.advance(1_000);
    const pausesMs = slots.map((_, index) => 1_000 + 100 * index);
    await Promise.all(slots.map(({ atMs }, index) => driver.answered(throttleAt(atMs, pausesMs[index] ?? 0))));
    expect(writes.count - 1).toBeGreaterThanOrEqual(1);
    expect(writes.count - 1).toBeLessThanOrEqual(2);
    expect(await driver.read()).toMatchObject({ refusals: 10, pausedUntilMs: startMs + 1_000 + 1_900 });
  });

  it('pass on what DynamoDB itself says', async () => {
    const broken = new Error('ResourceNotFoundException');
    const { driver } = openOn({ send: async () => Promise.reject(broken) } as unknown as DynamoDBDocumentClient);
    expect(await rejectionOf(driver.take(1))).toBe(broken);
    expect(await rejectionOf(driver.answered(throttleAt(startMs, 1)))).toBe(broken);
    expect(await rejectionOf(driver.forgetThrottles())).toBe(broken);
  });
});
