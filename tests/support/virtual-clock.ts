/**
 * Time that moves only when a test says so. Two clocks, as in the port: the monotonic one never goes back; the wall clock
 * can be set back or forward (`jumpWallClock`) and run too fast or too slow (`setWallRate`) while the other goes on.
 *
 * manual (default): `advance` moves time from sleeper to sleeper and lets each one's continuation run before the next.
 * auto (`autoJump`): as soon as nothing but sleepers is left, time jumps to the next of them.
 */
import type { Clock } from '../../src/shared/core/clock.ts';

export type VirtualClock = Clock & {
  /** Moves both clocks on by `byMs`; everyone who wakes on the way runs at their own moment. */
  advance(byMs: number): Promise<void>;
  /** Sets the wall clock on (or, negative, back); the monotonic clock does not notice. */
  jumpWallClock(byMs: number): void;
  /** Wall milliseconds that pass in one monotonic millisecond from now on; 1 is exact. */
  setWallRate(rate: number): void;
  /** Forgets all who are asleep, and who falls asleep from now on: nobody wakes again. */
  halt(): void;
  /** How many are asleep. */
  sleeperCount(): number;
  /** Every delay that was asked for, in order. */
  readonly askedDelaysMs: readonly number[];
};

export type VirtualClockOptions = {
  /** Wall clock at the start; default Monday 2026-11-23 08:00 UTC. */
  startMs?: number;
  autoJump?: boolean;
  /** In auto mode: whether something that is no sleeper (a socket, a file) is still under way. Default: never. */
  isBusy?: () => boolean;
};

type Sleeper = { dueMs: number; wake: () => void };

const mondayMorningMs = Date.UTC(2026, 10, 23, 8);

export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { startMs = mondayMorningMs, autoJump = false, isBusy = () => false } = options;
  const wall = { anchorMs: startMs, monotonicAtAnchorMs: 0, rate: 1 };
  const sleepers: Sleeper[] = [];
  const askedDelaysMs: number[] = [];
  let monotonicMs = 0;
  let watching = false;
  let halted = false;

  const wallMs = () => wall.anchorMs + (monotonicMs - wall.monotonicAtAnchorMs) * wall.rate;

  function reanchor(anchorMs: number, rate: number): void {
    Object.assign(wall, { anchorMs, monotonicAtAnchorMs: monotonicMs, rate });
  }

  function wakeNext(untilMs: number): boolean {
    const next = sleepers[0];
    if (next === undefined || next.dueMs > untilMs) {
      return false;
    }
    sleepers.shift();
    monotonicMs = Math.max(monotonicMs, next.dueMs);
    next.wake();
    return true;
  }

  async function jumpWhileIdle(): Promise<void> {
    if (watching) {
      return;
    }
    watching = true;
    await eventLoopTurn();
    while (sleepers.length > 0) {
      if (!isBusy()) {
        wakeNext(Number.POSITIVE_INFINITY);
      }
      await eventLoopTurn();
    }
    watching = false;
  }

  return {
    askedDelaysMs,
    nowMs: () => Math.floor(wallMs()),
    monotonicMs: () => monotonicMs,
    sleeperCount: () => sleepers.length,
    halt: () => {
      sleepers.length = 0;
      halted = true;
    },
    jumpWallClock: (byMs) => reanchor(wallMs() + byMs, wall.rate),
    setWallRate: (rate) => reanchor(wallMs(), rate),
    sleep: (delayMs, signal) => {
      if (Number.isNaN(delayMs)) {
        throw new RangeError('sleep: the delay is not a number');
      }
      askedDelaysMs.push(delayMs);
      if (delayMs <= 0 || signal?.aborted) {
        return Promise.resolve();
      }
      if (halted) {
        return new Promise(() => undefined);
      }
      return new Promise((resolve) => {
        const onAbort = () => {
          const at = sleepers.indexOf(sleeper);
          if (at !== -1) {
            sleepers.splice(at, 1);
          }
          resolve();
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper: Sleeper = { dueMs: monotonicMs + delayMs, wake };
        const laterAt = sleepers.findIndex((other) => other.dueMs > sleeper.dueMs);
        sleepers.splice(laterAt === -1 ? sleepers.length : laterAt, 0, sleeper);
        signal?.addEventListener('abort', onAbort);
        if (autoJump) {
          void jumpWhileIdle();
        }
      });
    },
    advance: async (byMs) => {
      const untilMs = monotonicMs + byMs;
      await eventLoopTurn();
      while (wakeNext(untilMs)) {
        await eventLoopTurn();
      }
      monotonicMs = untilMs;
      await eventLoopTurn();
    },
  };
}

/** Lets every promise continuation that can run do so; no time passes. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
