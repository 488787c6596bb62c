import type { Clock, Random } from './clock.ts';

/** `Math.random`: jitter needs no cryptographic randomness. */
export const systemRandom: Random = { next: () => Math.random() };

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, delayMs);
      signal?.addEventListener('abort', finish);
    }),
};

/** A time limit. `end` is to be called when what it limits has ended: the timer would keep the signal and its listeners until then. */
export type Deadline = { signal: AbortSignal; end(): void };

/** A signal that aborts in `timeoutMs`, unless it is ended before. */
export function systemDeadline(timeoutMs: number): Deadline {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMs);
  return { signal: over.signal, end: () => clearTimeout(timer) };
}
