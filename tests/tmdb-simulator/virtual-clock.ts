import type { Clock } from '../../src/shared/core/clock.ts';

type Sleeper = { wakeAtMs: number; wake: () => void };

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #sleepers: Sleeper[] = [];
  #watchers: { count: number; tell: () => void }[] = [];

  constructor(nowMs = Date.parse('2026-11-23T08:00:00.000Z')) {
    this.#wallMs = nowMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { wakeAtMs: this.#monotonicMs + delayMs, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
      this.#tellWatchers();
    });
  }

  /** Moves both clocks on and wakes whoever has slept long enough. */
  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
    const due = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs <= this.#monotonicMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) {
      wake();
    }
  }

  /** Moves the wall clock alone, also back. */
  setWall(nowMs: number): void {
    this.#wallMs = nowMs;
  }

  /** Resolves when `count` sleepers wait. */
  whenSleeping(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push({ count, tell: resolve });
      this.#tellWatchers();
    });
  }

  #tellWatchers(): void {
    const told = this.#watchers.filter(({ count }) => this.#sleepers.length >= count);
    this.#watchers = this.#watchers.filter((watcher) => !told.includes(watcher));
    for (const { tell } of told) {
      tell();
    }
  }
}
