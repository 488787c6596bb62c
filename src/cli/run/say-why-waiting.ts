import { type WaitFacts, whyWaiting } from '../../operator/status/why-waiting.ts';
import { messageOf } from '../../shared/core/errors.ts';
import type { Clock } from '../../shared/core/clock.ts';

/** Said more often than every ten seconds, reading included. */
const everyMs = 8_000;
/** A stack that takes longer to tell is one that does not answer. */
const readMs = 1_500;

/**
 * While `work` runs, says what it is waiting for every eight seconds. What cannot be read is said as such; the work is never
 * disturbed.
 */
export async function sayingWhy<T>(
  work: Promise<T>,
  deps: { clock: Clock; read: () => Promise<WaitFacts>; say: (sentence: string) => void },
): Promise<T> {
  const over = new AbortController();
  const saying = sayUntil(over.signal, deps);
  try {
    return await work;
  } finally {
    over.abort();
    await saying;
  }
}

async function sayUntil(signal: AbortSignal, { clock, read, say }: Parameters<typeof sayingWhy>[1]): Promise<void> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) {
      return;
    }
    const sentence = await sentenceOf(read, signal, clock);
    if (signal.aborted) {
      return;
    }
    say(`waiting for ${Math.round((clock.monotonicMs() - startedMs) / 1_000)} s: ${sentence}`);
  }
}

async function sentenceOf(read: () => Promise<WaitFacts>, signal: AbortSignal, clock: Clock): Promise<string> {
  const over = new AbortController();
  const late = clock.sleep(readMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
  try {
    const facts = await Promise.race([read(), late]);
    return facts === undefined ? 'the stack does not answer' : whyWaiting(facts, clock.nowMs()).join('; ');
  } catch (error) {
    return `the state of the stack cannot be read (${messageOf(error).split('\n', 1)[0]})`;
  } finally {
    over.abort();
  }
}
