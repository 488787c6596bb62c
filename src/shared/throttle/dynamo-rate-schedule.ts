import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { RetryableError } from '../core/errors.ts';
import {
  broughtBack,
  type Doubt,
  idleRateState,
  judgeDoubt,
  type RateLimits,
  type RateState,
  slotsBefore,
  slowDown,
  stepMs,
  tooFarAhead,
  unthrottled,
} from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';
import {
  type ConditionalUpdate,
  mendItem,
  noteDoubt,
  replaceState,
  type Seen,
  takeFromEnd,
  takeFromNow,
} from './rate-schedule-updates.ts';

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
const doubtSchema = z.object({ doubtedMs: z.number(), doubtedAtMs: z.number() });

/** Every lost race means that another worker got its slots. */
const attempts = 25;

/**
 * The schedule as one item of the control table `tableName`. Taking slots is one conditional update without a read before:
 * `nextSlotMs` is moved by addition, on the condition that the timeline is busy and the rate is the one the step was
 * computed with. The condition fails when the timeline is idle, or after a throttle; the refusal brings the item along, and
 * the next update is made from it. A time that no batch can have put there is doubted first, then brought back (rate-doubt.ts).
 * `onUpdate` is told of every write, refused ones too (each costs a write unit). `id` is the item.
 */
export function dynamoRateSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  limits: RateLimits,
  clock: Clock,
  onUpdate: () => void = () => undefined,
  id = rateScheduleId,
): RateScheduleStore {
  const seen = seenState(scheduleItem(client, { TableName: tableName, Key: { id } }, onUpdate), limits, clock);
  const take = async (count: number, withinMs: number): Promise<number[]> => {
    let step = 0;
    const taken = await seen.change((known, attempt) => {
      const nowMs = clock.nowMs();
      const latestMs = nowMs + Math.min(withinMs, limits.aheadCapMs);
      if (attempt > 1 && known.state.nextSlotMs > latestMs) {
        return undefined;
      }
      step = stepMs(known.state, count, nowMs, limits);
      // What this worker last saw may be long past: unless it knows of no state at all, it assumes a busy timeline first.
      const idle = attempt > 1 ? known.state.nextSlotMs < nowMs : known.state === idleRateState;
      return idle ? takeFromNow(known, nowMs, step) : takeFromEnd(known.state, nowMs, step, latestMs);
    });
    // This answer's own state: what was seen last may be another take's by now.
    return taken === undefined ? [] : slotsBefore(taken.nextSlotMs, step, count);
  };
  return {
    read: async () => (await seen.refresh()).state,
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      if (withinMs < 0 || !(await seen.isUsable())) {
        return [];
      }
      const slotsMs = await take(count, withinMs);
      // What was found out by this take is noted, or brought back, now.
      return slotsMs.length === 0 && seen.isDoubtful() && (await seen.isUsable()) ? take(count, withinMs) : slotsMs;
    },
    slowDown: async (retryAfterMs) => {
      await seen.refresh();
      await seen.change((known) => replaceState(known, slowDown(known.state, retryAfterMs, clock.nowMs(), limits)));
    },
    forgetThrottles: async () => {
      await seen.refresh();
      await seen.change((known) => replaceState(known, unthrottled(known.state, clock.nowMs(), limits)));
    },
  };
}

/** What this worker has last seen of the item, and changes that are made from it. */
function seenState(item: ReturnType<typeof scheduleItem>, limits: RateLimits, clock: Clock) {
  let known: Seen = { state: idleRateState, doubt: undefined, damagedEnd: undefined };
  return {
    refresh: async (): Promise<Seen> => {
      known = await item.read();
      return known;
    },
    /** Repeats a conditional update until no other worker is faster. `undefined`: none is wanted any more. */
    change: async (
      makeUpdate: (known: Seen, attempt: number) => ConditionalUpdate | undefined,
    ): Promise<RateState | undefined> => {
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const request = makeUpdate(known, attempt);
        if (request === undefined) {
          return undefined;
        }
        const { done, seen } = await item.update(request);
        known = seen;
        if (done) {
          return seen.state;
        }
      }
      const message = `the rate schedule was lost to others ${attempts} times in a row`;
      throw new RetryableError('schedule_contended', message);
    },
    isDoubtful: () => tooFarAhead(known.state, clock.nowMs(), limits) !== undefined,
    isUsable: async (): Promise<boolean> => {
      const looked = await lookForDoubts(known, item, limits, clock);
      known = looked.seen;
      return looked.usable;
    },
  };
}

/** Whether the schedule can be used: what a wrong clock has written is noted at first, and brought back later (rate-doubt.ts). */
async function lookForDoubts(
  known: Seen,
  item: ReturnType<typeof scheduleItem>,
  limits: RateLimits,
  clock: Clock,
): Promise<{ usable: boolean; seen: Seen }> {
  if (tooFarAhead(known.state, clock.nowMs(), limits) === undefined) {
    return { usable: true, seen: known };
  }
  // Somebody may have brought it back meanwhile.
  const present = await item.read();
  const nowMs = clock.nowMs();
  const ahead = tooFarAhead(present.state, nowMs, limits);
  const next = ahead && judgeDoubt(ahead.valueMs, present.doubt, nowMs);
  if (ahead === undefined || next === 'wait') {
    return { usable: ahead === undefined, seen: present };
  }
  const request =
    next === 'note'
      ? noteDoubt(ahead.name, nowMs, nowMs + limits.aheadCapMs)
      : mendItem(ahead.name, present.doubt, broughtBack(present.state, nowMs, limits));
  const { done, seen } = await item.update(request);
  return { usable: done && next === 'mend', seen };
}

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
      if (answer.Attributes === undefined) {
        throw new RetryableError(
          'no_schedule',
          'the control table took an update of the schedule and did not say what it is now',
        );
      }
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
  return { state: data ?? idleRateState, doubt: doubtIn(item), damagedEnd };
}

function doubtIn(item: Record<string, unknown> | undefined): Doubt | undefined {
  const { data } = doubtSchema.safeParse(item);
  return data && { valueMs: data.doubtedMs, sinceMs: data.doubtedAtMs };
}

/** The document client does not translate the item of an exception; the schedule's holds numbers, a damaged one anything. */
function plainValues(
  item: Record<string, { N?: string | undefined; S?: string | undefined }>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, { N, S }]) => [name, N === undefined ? S : Number(N)]));
}
