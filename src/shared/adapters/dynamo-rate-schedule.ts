import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateScheduleStore } from '../ports/rate-schedule.ts';
import {
  idleRateState,
  type RateLimits,
  type RateState,
  slotsBefore,
  slowDown,
  stepMs,
  unthrottled,
} from '../rate/rate-schedule.ts';

/** Id of the schedule's item in the control table. */
export const rateScheduleId = 'rate-schedule';
/** Id of the readers' own schedule: their share of the rate. Each of their calls takes a slot of both. */
export const readerScheduleId = 'rate-schedule-readers';

const rateStateSchema = z.object({
  nextSlotMs: z.number(),
  slowRate: z.number(),
  slowSinceMs: z.number(),
  pausedUntilMs: z.number(),
});

/** Every lost race means that another worker got its slots. */
const attempts = 25;

/**
 * The schedule as one item of the control table `tableName`. Taking slots is one conditional update without a read before:
 * `nextSlotMs` is moved by addition, on the condition that the timeline is busy and the rate is the one the step was
 * computed with. The condition fails when the timeline is idle, or after a throttle; the refusal brings the item along, and
 * the next update is made from it. `onUpdate` is told of every write, refused ones too (each costs a write unit).
 * `id` is the item.
 */
export function dynamoRateSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  limits: RateLimits,
  clock: Clock,
  onUpdate: () => void = () => undefined,
  id = rateScheduleId,
): RateScheduleStore {
  const item = scheduleItem(client, { TableName: tableName, Key: { id } }, onUpdate);
  let known: Seen = { state: idleRateState, damagedEnd: undefined };

  const change = async (
    makeUpdate: (attempt: number) => ConditionalUpdate | undefined,
  ): Promise<RateState | undefined> => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const request = makeUpdate(attempt);
      if (request === undefined) {
        return undefined;
      }
      const { done, seen } = await item.update(request);
      known = seen;
      if (done) {
        return seen.state;
      }
    }
    throw new RetryableError('schedule_contended', `the rate schedule was lost to others ${attempts} times in a row`);
  };

  return {
    read: async () => (await item.read()).state,
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      if (withinMs < 0) {
        return [];
      }
      let step = 0;
      const taken = await change((attempt) => {
        const nowMs = clock.nowMs();
        const latestMs = Math.min(nowMs + withinMs, Number.MAX_SAFE_INTEGER);
        if (attempt > 1 && known.state.nextSlotMs > latestMs) {
          return undefined;
        }
        step = stepMs(known.state, count, nowMs, limits);
        // What this worker last saw may be long past: unless it knows of no state at all, it assumes a busy timeline first.
        const idle = attempt > 1 ? known.state.nextSlotMs < nowMs : known.state === idleRateState;
        return idle ? takeFromNow(known, nowMs, step) : takeFromEnd(known.state, nowMs, step, latestMs);
      });
      // This answer's own state: `known` may be another take's by now.
      return taken === undefined ? [] : slotsBefore(taken.nextSlotMs, step, count);
    },
    slowDown: async (retryAfterMs) => {
      known = await item.read();
      await change(() => replaceState(known, slowDown(known.state, retryAfterMs, clock.nowMs(), limits)));
    },
    forgetThrottles: async () => {
      known = await item.read();
      await change(() => replaceState(known, unthrottled(known.state)));
    },
  };
}

/** What was read: a damaged item counts as an idle timeline, and its end tells whether somebody has mended it meanwhile. */
type Seen = { state: RateState; damagedEnd: { nextSlotMs: unknown } | undefined };

/** The item itself: an update says whether it was made, and what stands afterwards either way. */
function scheduleItem(
  client: DynamoDBDocumentClient,
  key: { TableName: string; Key: { id: string } },
  onUpdate: () => void,
) {
  const read = async (): Promise<Seen> => {
    const answer = await client.send(new GetCommand({ ...key, ConsistentRead: true }));
    return seenIn(answer.Item);
  };
  const update = async (request: ConditionalUpdate): Promise<{ done: boolean; seen: Seen }> => {
    onUpdate();
    try {
      const answer = await client.send(
        new UpdateCommand({
          ...key,
          ...request,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { done: true, seen: seenIn(answer.Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
      // dynalite does not bring the item along.
      return { done: false, seen: error.Item === undefined ? await read() : seenIn(plainValues(error.Item)) };
    }
  };
  return { read, update };
}

function seenIn(item: Record<string, unknown> | undefined): Seen {
  const { data } = rateStateSchema.safeParse(item);
  const damagedEnd = item === undefined || data !== undefined ? undefined : { nextSlotMs: item.nextSlotMs };
  return { state: data ?? idleRateState, damagedEnd };
}

type ConditionalUpdate = {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, unknown>;
};

/** Busy: the slots follow the end of the timeline. */
function takeFromEnd(known: RateState, nowMs: number, step: number, latestMs: number): ConditionalUpdate {
  return {
    UpdateExpression: 'SET nextSlotMs = nextSlotMs + :step',
    ConditionExpression: 'nextSlotMs BETWEEN :now AND :latest AND slowSinceMs = :slowSince',
    ExpressionAttributeValues: { ':step': step, ':now': nowMs, ':latest': latestMs, ':slowSince': known.slowSinceMs },
  };
}

/** Idle: the slots start now. */
function takeFromNow({ state, damagedEnd }: Seen, nowMs: number, step: number): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs < :now AND slowSinceMs = :knownSlowSince)',
        values: { ':now': nowMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing({ ...state, nextSlotMs: nowMs + step }, condition);
}

function replaceState({ state, damagedEnd }: Seen, next: RateState): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs = :knownNext AND slowSinceMs = :knownSlowSince)',
        values: { ':knownNext': state.nextSlotMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing(next, condition);
}

type Condition = { ConditionExpression: string; values: Record<string, unknown> };

/** Nobody has mended the item since: its end is what it was. */
function stillDamaged(nextSlotMs: unknown): Condition {
  return nextSlotMs === undefined
    ? { ConditionExpression: 'attribute_not_exists(nextSlotMs)', values: {} }
    : { ConditionExpression: 'nextSlotMs = :damaged', values: { ':damaged': nextSlotMs } };
}

function replacing(next: RateState, { ConditionExpression, values }: Condition): ConditionalUpdate {
  return {
    UpdateExpression:
      'SET nextSlotMs = :next, slowRate = :slowRate, slowSinceMs = :slowSince, pausedUntilMs = :pausedUntil',
    ConditionExpression,
    ExpressionAttributeValues: {
      ':next': next.nextSlotMs,
      ':slowRate': next.slowRate,
      ':slowSince': next.slowSinceMs,
      ':pausedUntil': next.pausedUntilMs,
      ...values,
    },
  };
}

/** The document client does not translate the item of an exception; the schedule's holds numbers, a damaged one anything. */
function plainValues(
  item: Record<string, { N?: string | undefined; S?: string | undefined }>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, { N, S }]) => [name, N === undefined ? S : Number(N)]));
}
