import type { Status } from '../../operator/status/describe-status.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { messageOf, UsageError } from '../../shared/core/errors.ts';
import { ageText, formatStatus } from '../format-status.ts';

/** What watching needs. */
export type Watch = {
  everyMs: number;
  /** Finds the stack, and takes looks at it as long as `act` runs. */
  withPlace(act: (look: () => Promise<Status>) => Promise<void>): Promise<void>;
  paint(text: string): void;
  /** Whether nobody looks any more. */
  ended(): boolean;
};

/**
 * Looks again and again. A look that fails is told of, with the last picture and its age below; the stack is then looked for anew, since
 * it may have been started again elsewhere.
 * @throws UsageError when there is no stack at the first look.
 */
export async function watchStatus(watch: Watch, clock: Clock, signal: AbortSignal): Promise<void> {
  let last: { text: string; atMs: number } | undefined;
  while (!watch.ended()) {
    try {
      await watch.withPlace(async (look) => {
        while (!watch.ended()) {
          const text = formatStatus(await look());
          last = { text, atMs: clock.monotonicMs() };
          watch.paint(text);
          await clock.sleep(watch.everyMs, signal);
        }
      });
    } catch (error) {
      if (error instanceof UsageError && last === undefined) {
        throw error;
      }
      watch.paint(failedLook(error, last, watch.everyMs, clock));
      await clock.sleep(watch.everyMs, signal);
    }
  }
}

function failedLook(
  error: unknown,
  last: { text: string; atMs: number } | undefined,
  everyMs: number,
  clock: Clock,
): string {
  // Of an AWS error that was tried at several addresses the message is empty.
  const cause = (messageOf(error) || (error as { code?: string }).code) ?? 'no answer';
  const sentence = `could not look: ${cause.split('\n', 1)[0]}; next look in ${Math.round(everyMs / 1_000)} s`;
  if (last === undefined) {
    return sentence;
  }
  const age = ageText((clock.monotonicMs() - last.atMs) / 1_000);
  return [sentence, `what follows is ${age} old`, last.text].join('\n');
}
