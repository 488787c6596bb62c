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
  noteDoubt,
  repairItem,
  replaceState,
  type Seen,
  takeFromEnd,
  takeFromNow,
} from './rate-schedule-updates.ts';

/** Id of the schedule's item in the control table. */
export const rateScheduleId = 'rate-schedule';
/** Id of the readers' own schedule, for their share of the rate. Each of their calls takes a slot of both schedules. */
export const readerScheduleId = 'rate-schedule-readers';

const rateStateSchema = z.object({
  nextSlotMs: z.number(),
  slowRate: z.number(),
  slowSinceMs: z.number(),
  pausedUntilMs: z.number(),
});
const doubtSchema = z.object({ doubtedMs: z.number(), doubtedAtMs: z.number() });

/** Attempts of a conditional update. Each failed one means that another worker got its slots. */
const attempts = 25;

/**
 * The schedule as the item `id` of the control table `tableName`. Taking slots is one conditional update without a read before it: it adds
 * to `nextSlotMs`, on the condition that the timeline is busy and the rate is the one from which the step was computed. The condition
 * fails if the timeline is idle, or after a throttle; the refusal returns the item, and the next update is computed from it. A time
 * further ahead than any batch can put it is noted as doubted first, then brought back to the present (rate-schedule.ts). `onUpdate` is
 * called for every write, including refused ones, since each costs a write unit.
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
      // The last state that this worker saw may be outdated, so the first attempt assumes a busy timeline, unless no state is known.
      const idle = attempt > 1 ? known.state.nextSlotMs < nowMs : known.state === idleRateState;
      return idle ? takeFromNow(known, nowMs, step) : takeFromEnd(known.state, nowMs, step, latestMs);
    });
    // Uses the state of this answer: a concurrent take may have changed what was seen last.
    return taken === undefined ? [] : slotsBefore(taken.nextSlotMs, step, count);
  };
  return {
    read: async () => (await seen.refresh()).state,
    take: async (count, withinMs = Number.POSITIVE_INFINITY) => {
      if (withinMs < 0 || !(await seen.isUsable())) {
        return [];
      }
      const slotsMs = await take(count, withinMs);
      // This take may have found a time that is too far ahead: `isUsable` notes it or repairs it, and the take is repeated.
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

/** The state of the item that this worker saw last, and conditional changes that start from it. */
function seenState(item: ReturnType<typeof scheduleItem>, limits: RateLimits, clock: Clock) {
  let known: Seen = { state: idleRateState, doubt: undefined, damagedEnd: undefined };
  return {
    refresh: async (): Promise<Seen> => {
      known = await item.read();
      return known;
    },
    /** Repeats a conditional update until it succeeds. `undefined` if `makeUpdate` returned no further update. */
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
      const message = `the rate schedule was not updated: other workers changed it first, ${attempts} times in a row`;
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

/** Whether the schedule can be used. A time that a wrong clock has written is noted first, and repaired later (rate-schedule.ts). */
async function lookForDoubts(
  known: Seen,
  item: ReturnType<typeof scheduleItem>,
  limits: RateLimits,
  clock: Clock,
): Promise<{ usable: boolean; seen: Seen }> {
  if (tooFarAhead(known.state, clock.nowMs(), limits) === undefined) {
    return { usable: true, seen: known };
  }
  // Another worker may have repaired it in the meantime.
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
      : repairItem(ahead.name, present.doubt, broughtBack(present.state, nowMs, limits));
  const { done, seen } = await item.update(request);
  return { usable: done && next === 'repair', seen };
}

/** The item. `update` returns whether it was made, and in both cases the state afterwards. */
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
          'the state of the rate schedule is unknown: the control table accepted an update but did not return the new item',
        );
      }
      return { done: true, seen: seenIn(answer.Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
      // The emulator dynalite does not return the item.
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

/** The document client does not convert the item of an exception. The schedule's item holds numbers, or anything if it is damaged. */
function plainValues(
  item: Record<string, { N?: string | undefined; S?: string | undefined }>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, { N, S }]) => [name, N === undefined ? S : Number(N)]));
}
