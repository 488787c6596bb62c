/** The updates of the rate schedule's item: each is made only where the item is what it was seen to be. */
import type { Doubt, RateState } from './rate-schedule.ts';

/** What was read: a damaged item counts as an idle timeline, and its end tells whether somebody has mended it meanwhile. */
export type Seen = { state: RateState; doubt: Doubt | undefined; damagedEnd: { nextSlotMs: unknown } | undefined };

/** An update and its condition. */
export type ConditionalUpdate = {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, unknown>;
};

/** Busy: the slots follow the end of the timeline. */
export function takeFromEnd(known: RateState, nowMs: number, step: number, latestMs: number): ConditionalUpdate {
  return {
    UpdateExpression: 'SET nextSlotMs = nextSlotMs + :step',
    ConditionExpression: 'nextSlotMs BETWEEN :now AND :latest AND slowSinceMs = :slowSince',
    ExpressionAttributeValues: { ':step': step, ':now': nowMs, ':latest': latestMs, ':slowSince': known.slowSinceMs },
  };
}

/** Idle: the slots start now. */
export function takeFromNow({ state, damagedEnd }: Seen, nowMs: number, step: number): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs < :now AND slowSinceMs = :knownSlowSince)',
        values: { ':now': nowMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing({ ...state, nextSlotMs: nowMs + step }, condition);
}

/** Another state in the place of the one that was seen. */
export function replaceState({ state, damagedEnd }: Seen, next: RateState): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs = :knownNext AND slowSinceMs = :knownSlowSince)',
        values: { ':knownNext': state.nextSlotMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing(next, condition);
}

/** Remembers that the time `name` lies further ahead than `capMs`. The number is copied by DynamoDB, which knows more digits. */
export function noteDoubt(name: keyof RateState, nowMs: number, capMs: number): ConditionalUpdate {
  return {
    UpdateExpression: `SET doubtedMs = ${name}, doubtedAtMs = :now`,
    ConditionExpression: `${name} > :cap`,
    ExpressionAttributeValues: { ':now': nowMs, ':cap': capMs },
  };
}

/** Another state in the place of one whose time `name` has not moved since it was doubted. */
export function mendItem(name: keyof RateState, doubt: Doubt | undefined, next: RateState): ConditionalUpdate {
  return replacing(next, {
    ConditionExpression: `${name} = doubtedMs AND doubtedAtMs = :since`,
    values: { ':since': doubt?.sinceMs ?? 0 },
  });
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
