import type { Clock } from '../../shared/core/clock.ts';
import { RetryableError } from '../../shared/core/errors.ts';

/** With the pauses between them half a minute, on top of the SDK's own attempts. */
const attempts = 6;
const firstPauseMs = 1_000;

/** Does `act`; when DynamoDB asks for patience, again after 1, 2, 4, 8 and 16 seconds. */
export async function patiently<T>(clock: Clock, act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === attempts) {
        throw error;
      }
      await clock.sleep(firstPauseMs * 2 ** (attempt - 1));
    }
  }
}
