/** The conditional updates of the rate schedule's item: each requires that the item is still as it was seen. */
import type { Doubt, RateState } from './rate-schedule.ts';

/**
 * The item as it was read. A damaged item counts as an idle timeline; `damagedEnd` is then its raw `nextSlotMs`, by which an update checks
 * that no other worker has repaired it.
 */
export type Seen = { state: RateState; doubt: Doubt | undefined; damagedEnd: { nextSlotMs: unknown } | undefined };

/** An update and its condition. */
export type ConditionalUpdate = {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, unknown>;
};

/** For a busy timeline: the slots follow its end. */
export function takeFromEnd(known: RateState, nowMs: number, step: number, latestMs: number): ConditionalUpdate {
  return {
    UpdateExpression: 'SET nextSlotMs = nextSlotMs + :step',
    ConditionExpression: 'nextSlotMs BETWEEN :now AND :latest AND slowSinceMs = :slowSince',
    ExpressionAttributeValues: { ':step': step, ':now': nowMs, ':latest': latestMs, ':slowSince': known.slowSinceMs },
  };
}

/** For an idle timeline: the slots start now. */
export function takeFromNow({ state, damagedEnd }: Seen, nowMs: number, step: number): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs < :now AND slowSinceMs = :knownSlowSince)',
        values: { ':now': nowMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing({ ...state, nextSlotMs: nowMs + step }, condition);
}

/** Replaces the state that was seen. */
export function replaceState({ state, damagedEnd }: Seen, next: RateState): ConditionalUpdate {
  const condition = damagedEnd
    ? stillDamaged(damagedEnd.nextSlotMs)
    : {
        ConditionExpression: 'attribute_not_exists(id) OR (nextSlotMs = :knownNext AND slowSinceMs = :knownSlowSince)',
        values: { ':knownNext': state.nextSlotMs, ':knownSlowSince': state.slowSinceMs },
      };
  return replacing(next, condition);
}

/** Notes that the time `name` is later than `capMs`. DynamoDB copies the number itself, since it stores more digits than JavaScript. */
export function noteDoubt(name: keyof RateState, nowMs: number, capMs: number): ConditionalUpdate {
  return {
    UpdateExpression: `SET doubtedMs = ${name}, doubtedAtMs = :now`,
    ConditionExpression: `${name} > :cap`,
    ExpressionAttributeValues: { ':now': nowMs, ':cap': capMs },
  };
}

/** Replaces a state whose time `name` has not changed since it was noted as doubted. */
export function repairItem(name: keyof RateState, doubt: Doubt | undefined, next: RateState): ConditionalUpdate {
  return replacing(next, {
    ConditionExpression: `${name} = doubtedMs AND doubtedAtMs = :since`,
    values: { ':since': doubt?.sinceMs ?? 0 },
  });
}

type Condition = { ConditionExpression: string; values: Record<string, unknown> };

/** The condition that no other worker has repaired the damaged item: its end is unchanged. */
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
