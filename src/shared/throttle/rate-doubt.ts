/**
 * Repair of times that are further in the future than any batch can put them. Either a container with a wrong clock has written them, or
 * the container that reads them has a wrong clock. These cases look the same, so the first read changes nothing:
 *
 *   first read → the time is noted as doubted → it has not moved for `doubtMs` → it is brought back to the present
 *
 * A timeline that is in use moves within seconds, so a container whose clock is behind repairs nothing while the others work.
 */
import { idleRateState, type RateLimits, type RateState } from './rate-schedule.ts';

/** How long a doubted time must stay unchanged before it is brought back. With the reads before and after, less than a minute passes. */
export const doubtMs = 20_000;

/** The first time of `state` that is further ahead than a batch can put it. */
export function tooFarAhead(state: RateState, nowMs: number, limits: RateLimits): number | undefined {
  return [...state.endsMs, state.pausedUntilMs, state.alarmAtMs].find((ms) => ms > nowMs + limits.aheadCapMs);
}

/**
 * The state in which slots can be taken, if it has no time that is too far ahead. Otherwise the state with that time noted, or repaired
 * once it has been unchanged for `doubtMs`; `undefined` while it is waited for.
 */
export function withoutDoubt(
  state: RateState,
  nowMs: number,
  limits: RateLimits,
): { isUsable: boolean; state: RateState } | undefined {
  const aheadMs = tooFarAhead(state, nowMs, limits);
  if (aheadMs === undefined) {
    return { isUsable: true, state };
  }
  const { doubtedMs, doubtedAtMs } = state;
  // A doubt from the future was noted by a clock that is ahead of this one, so it is noted again.
  if (doubtedMs !== aheadMs || doubtedAtMs > nowMs + doubtMs) {
    return { isUsable: false, state: { ...state, doubtedMs: aheadMs, doubtedAtMs: nowMs } };
  }
  return nowMs - doubtedAtMs >= doubtMs ? { isUsable: true, state: broughtBack(state, nowMs, limits) } : undefined;
}

/** The state with all times that are too far ahead brought back to the present. The ceiling is kept. */
function broughtBack(state: RateState, nowMs: number, limits: RateLimits): RateState {
  const isAhead = (ms: number) => ms > nowMs + limits.aheadCapMs;
  const pausedUntilMs = isAhead(state.pausedUntilMs) ? 0 : state.pausedUntilMs;
  return {
    ...state,
    endsMs: state.endsMs.map((endMs) => (isAhead(endMs) ? Math.max(Math.ceil(nowMs), pausedUntilMs) : endMs)),
    alarmAtMs: isAhead(state.alarmAtMs) ? Math.ceil(nowMs) : state.alarmAtMs,
    pausedUntilMs,
    doubtedMs: 0,
    doubtedAtMs: 0,
  };
}

/** The state with the full rate, without a pause, and with nothing learnt. Slots that were taken remain valid. */
export function unthrottled(state: RateState, nowMs: number, limits: RateLimits): RateState {
  const { endsMs } = broughtBack({ ...state, pausedUntilMs: 0 }, nowMs, limits);
  const capMs = nowMs + limits.aheadCapMs;
  return { ...idleRateState, endsMs, alarmAtMs: state.alarmAtMs > capMs ? 0 : state.alarmAtMs };
}
