import { watchParents } from '../local/processes.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { CliContext } from './cli-context.ts';

const lookForParentsMs = 500;

/**
 * Runs `act` with a signal that Ctrl-C, a polite kill, or the end of the npm that started this program aborts; a second Ctrl-C ends
 * the process at once.
 */
export async function interruptible<T>(
  { output, clock, environment }: CliContext,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  const over = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) {
      process.exit(130);
    }
    output.note('finishing what is in flight; a second Ctrl-C ends at once');
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  if (environment.npm_lifecycle_event !== undefined) {
    void whenParentsEnd(clock, over.signal).then((ended) => ended && !interruption.signal.aborted && interrupt());
  }
  try {
    return await act(interruption.signal);
  } finally {
    over.abort();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}

/** npm passes a signal on to its shell at most, and the shell to nobody: without looking, the stack would outlive npm. */
async function whenParentsEnd(clock: Clock, signal: AbortSignal): Promise<boolean> {
  const haveEnded = watchParents();
  while (!signal.aborted && !haveEnded()) {
    await clock.sleep(lookForParentsMs, signal);
  }
  return !signal.aborted;
}
