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
} from '../rate/rate-schedule.ts';

/** Id of the schedule's item in the control table. */
export const rateScheduleId = 'rate-schedule';

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
 */
export function dynamoRateSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  limits: RateLimits,
  clock: Clock,
  onUpdate: () => void = () => undefined,
): RateScheduleStore {
  const item = scheduleItem(client, tableName, onUpdate);
  let known: RateState = idleRateState;

  const change = async (
    makeUpdate: (attempt: number) => ConditionalUpdate | undefined,
  ): Promise<RateState | undefined> => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const request = makeUpdate(attempt);
      if (request === undefined) {
        return undefined;
      }
      const { done, state } = await item.update(request);
      known = state;
      if (done) {
        return state;
      }
    }
    throw new RetryableError('schedule_contended', `the rate schedule was lost to others ${attempts} times in a row`);
  };

  return {
    read: item.read,
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      if (withinMs < 0) {
        return [];
      }
      let step = 0;
      const taken = await change((attempt) => {
        const nowMs = clock.nowMs();
        const latestMs = Math.min(nowMs + withinMs, Number.MAX_SAFE_INTEGER);
        if (attempt > 1 && known.nextSlotMs > latestMs) {
          return undefined;
        }
        step = stepMs(known, count, nowMs, limits);
        // What this worker last saw may be long past: unless it knows of no state at all, it assumes a busy timeline first.
        const idle = attempt > 1 ? known.nextSlotMs < nowMs : known === idleRateState;
        return idle ? takeFromNow(known, nowMs, step) : takeFromEnd(known, nowMs, step, latestMs);
      });
      if (taken === undefined) {
        return [];
      }
      // This answer's own state: `known` may be another take's by now.
      return slotsBefore(taken.nextSlotMs, step, count);
    },
    slowDown: async (retryAfterMs) => {
      known = await item.read();
      await change(() => replaceState(known, slowDown(known, retryAfterMs, clock.nowMs(), limits)));
    },
  };
}

/** The item itself: an update says whether it was made, and the state that stands afterwards either way. */
function scheduleItem(client: DynamoDBDocumentClient, tableName: string, onUpdate: () => void) {
  const key = { TableName: tableName, Key: { id: rateScheduleId } };
  const read = async (): Promise<RateState> => {
    const answer = await client.send(new GetCommand({ ...key, ConsistentRead: true }));
    return answer.Item === undefined ? idleRateState : rateStateSchema.parse(answer.Item);
  };
  const update = async (request: ConditionalUpdate): Promise<{ done: boolean; state: RateState }> => {
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
      return { done: true, state: rateStateSchema.parse(answer.Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
      // dynalite does not bring the item along.
      const state = error.Item === undefined ? await read() : rateStateSchema.parse(plainNumbers(error.Item));
      return { done: false, state };
    }
  };
  return { read, update };
}

type ConditionalUpdate = {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, number>;
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
function takeFromNow(known: RateState, nowMs: number, step: number): ConditionalUpdate {
  return {
    UpdateExpression:
      'SET nextSlotMs = :end, slowRate = :slowRate, slowSinceMs = :slowSince, pausedUntilMs = :pausedUntil',
    ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs < :now AND slowSinceMs = :slowSince)',
    ExpressionAttributeValues: {
      ':end': nowMs + step,
      ':now': nowMs,
      ':slowRate': known.slowRate,
      ':slowSince': known.slowSinceMs,
      ':pausedUntil': known.pausedUntilMs,
    },
  };
}

function replaceState(known: RateState, next: RateState): ConditionalUpdate {
  return {
    UpdateExpression:
      'SET nextSlotMs = :next, slowRate = :slowRate, slowSinceMs = :slowSince, pausedUntilMs = :pausedUntil',
    ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs = :knownNext AND slowSinceMs = :knownSlowSince)',
    ExpressionAttributeValues: {
      ':next': next.nextSlotMs,
      ':slowRate': next.slowRate,
      ':slowSince': next.slowSinceMs,
      ':pausedUntil': next.pausedUntilMs,
      ':knownNext': known.nextSlotMs,
      ':knownSlowSince': known.slowSinceMs,
    },
  };
}

/** The document client does not translate the item of an exception. */
function plainNumbers(item: Record<string, { N?: string | undefined }>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, Number(value.N)]));
}
