/**
 * The rule that this pipeline had before: each 429 halves the rate of all workers and pauses them for a second, and the rate rises with
 * time. Only what the comparison needs: no repair of wrong clocks, and nothing for operators.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../src/shared/core/clock.ts';
import type { ReadControlItem } from '../../src/shared/throttle/dynamo-control-items.ts';
import { rateScheduleId } from '../../src/shared/throttle/dynamo-rate-schedule.ts';
import { idleRateState } from '../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../src/shared/throttle/rate-schedule-store.ts';

/** Times are epoch milliseconds, rates calls a second. `slowRate` is the rate at `slowSinceMs`, when the last 429 came; 0: none came. */
export type HalvedRate = { nextSlotMs: number; slowRate: number; slowSinceMs: number; pausedUntilMs: number };

const slowdown = 0.5;
const recoveryPerMinute = 10;
const floorPerSecond = 1;
const pauseMs = 1_000;
/** 429s within this time count as one. */
const sameEventMs = 2_000;
/** A slot that was missed by more is void. */
const lateMs = 50;

/** Nobody has called. */
export const idleHalvedRate: HalvedRate = { nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };

/** The rate at `nowMs` of who is told `toldPerSecond`. */
export function halvedRateAt({ slowRate, slowSinceMs }: HalvedRate, nowMs: number, toldPerSecond: number): number {
  const gained = (Math.max(0, nowMs - slowSinceMs) / 60_000) * recoveryPerMinute;
  return slowSinceMs === 0 ? toldPerSecond : Math.min(toldPerSecond, slowRate + gained);
}

/** The state after a 429. */
export function afterRefusal(state: HalvedRate, nowMs: number, toldPerSecond: number): HalvedRate {
  const pausedUntilMs = Math.max(state.pausedUntilMs, nowMs + pauseMs);
  const paused = { ...state, pausedUntilMs, nextSlotMs: Math.max(state.nextSlotMs, pausedUntilMs) };
  const slowRate = Math.max(floorPerSecond, halvedRateAt(state, nowMs, toldPerSecond) * slowdown);
  return nowMs - state.slowSinceMs < sameEventMs ? paused : { ...paused, slowRate, slowSinceMs: nowMs };
}

/** The state in the schedule's item. A change is made on the state that is read, and returns it as it was before. */
function halvedItem(client: DynamoDBDocumentClient, tableName: string, readItem: ReadControlItem) {
  const read = async () => ({ ...idleHalvedRate, revision: 0, ...(await readItem(rateScheduleId)) });
  const change = async (next: (state: HalvedRate) => HalvedRate): Promise<HalvedRate> => {
    const { revision, ...seen } = await read();
    try {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...next(seen), id: rateScheduleId, revision: revision + 1 },
          ConditionExpression: 'attribute_not_exists(id) OR revision = :seen',
          ExpressionAttributeValues: { ':seen': revision },
        }),
      );
      return seen;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return change(next);
      }
      throw error;
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    read,
    /** Changes of one worker are made one after the other. */
    change: (next: (state: HalvedRate) => HalvedRate): Promise<HalvedRate> => {
      const turn = last.then(() => change(next));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** The rule as the schedule of a worker, in the schedule's item. */
export function halvingSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  toldPerSecond: number,
  clock: Clock,
  readItem: ReadControlItem,
): RateScheduleStore {
  const item = halvedItem(client, tableName, readItem);
  return {
    read: async () => {
      const { nextSlotMs, pausedUntilMs } = await item.read();
      return { ...idleRateState, endsMs: [nextSlotMs], pausedUntilMs };
    },
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      const nowMs = clock.nowMs();
      const startOf = ({ nextSlotMs }: HalvedRate) => Math.max(nowMs, nextSlotMs);
      const stepOf = (state: HalvedRate) => 1_000 / halvedRateAt(state, nowMs, toldPerSecond);
      const isNear = (state: HalvedRate) => startOf(state) - nowMs <= withinMs;
      const before = await item.change((state) =>
        isNear(state) ? { ...state, nextSlotMs: startOf(state) + count * stepOf(state) } : state,
      );
      return Array.from({ length: isNear(before) ? count : 0 }, (_, index) => ({
        atMs: startOf(before) + index * stepOf(before),
        ratePerSecond: halvedRateAt(before, nowMs, toldPerSecond),
        lateMs,
        alarmAtMs: idleRateState.alarmAtMs,
      }));
    },
    answered: async ({ outcome }) => {
      if (outcome === 'refused') {
        await item.change((state) => afterRefusal(state, clock.nowMs(), toldPerSecond));
      }
    },
    forgetThrottles: async () => undefined,
    seen: () => undefined,
  };
}
