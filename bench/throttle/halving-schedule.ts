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

/** The rule as the schedule of a worker, in the schedule's item. */
export function halvingSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  toldPerSecond: number,
  clock: Clock,
  readItem: ReadControlItem,
): RateScheduleStore {
  const read = async () => ({ ...idleHalvedRate, revision: 0, ...(await readItem(rateScheduleId)) });
  const replaceOnce = async (next: (state: HalvedRate) => HalvedRate): Promise<HalvedRate | undefined> => {
    const { revision, ...seen } = await read();
    const state = next(seen);
    try {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...state, id: rateScheduleId, revision: revision + 1 },
          ConditionExpression: 'attribute_not_exists(id) OR revision = :seen',
          ExpressionAttributeValues: { ':seen': revision },
        }),
      );
      return seen;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return undefined;
      }
      throw error;
    }
  };
  /** Changes the state, and returns it as it was before. */
  const replace = async (next: (state: HalvedRate) => HalvedRate): Promise<HalvedRate> =>
    (await replaceOnce(next)) ?? replace(next);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const turn = last.then(act);
    last = turn.catch(() => undefined);
    return turn;
  };
  const takeSlots = async (count: number) => {
    const nowMs = clock.nowMs();
    const stepOf = (state: HalvedRate) => 1_000 / halvedRateAt(state, nowMs, toldPerSecond);
    const startOf = (state: HalvedRate) => Math.max(nowMs, state.nextSlotMs);
    const before = await replace((state) => ({ ...state, nextSlotMs: startOf(state) + count * stepOf(state) }));
    return Array.from({ length: count }, (_, index) => ({
      atMs: startOf(before) + index * stepOf(before),
      ratePerSecond: halvedRateAt(before, nowMs, toldPerSecond),
      lateMs,
      alarmAtMs: idleRateState.alarmAtMs,
    }));
  };
  return {
    read: async () => {
      const { nextSlotMs, pausedUntilMs } = await read();
      return { ...idleRateState, endsMs: [nextSlotMs], pausedUntilMs };
    },
    take: (count, withinMs = Number.POSITIVE_INFINITY) =>
      inTurn(async () => {
        const { nextSlotMs } = await read();
        return nextSlotMs - clock.nowMs() > withinMs ? [] : takeSlots(count);
      }),
    answered: async ({ outcome }) => {
      if (outcome === 'refused') {
        await inTurn(() => replace((state) => afterRefusal(state, clock.nowMs(), toldPerSecond)));
      }
    },
    forgetThrottles: async () => undefined,
  };
}
