import type { Clock } from './clock.ts';

/** What `work` brings, or `otherwise` when it takes longer than `ms`; the work goes on all the same. */
export async function within<T>(ms: number, work: Promise<T>, otherwise: T, clock: Clock): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(ms, done.signal).then(() => otherwise)]);
  } finally {
    done.abort();
  }
}
