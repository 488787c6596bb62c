import { UsageError } from '../shared/core/errors.ts';
import { argumentsOf, type ConsoleCall } from './console-call.ts';

/**
 * One act on the letters of a queue at a time. A queue is read by receiving: what one act holds is hidden from another, which would do its
 * work on the rest and say that nothing is left.
 */
export function actsOnQueues() {
  const busy = new Map<string, string>();
  return {
    /** @throws UsageError while another act is at work on the same queue, also for the preview of one. */
    inTurn: async <T>(call: ConsoleCall, act: (words: string[]) => Promise<T>): Promise<T> => {
      const words = argumentsOf(call);
      if (call.do !== 'replay' && call.do !== 'delete') {
        return act(words);
      }
      const { queue: name, dryRun } = call;
      const other = busy.get(name);
      if (other !== undefined) {
        throw new UsageError(
          `nothing was done: the console is at work on this queue (dlq ${other} ${name}); wait for its end`,
        );
      }
      if (dryRun) {
        return act(words);
      }
      busy.set(name, call.do);
      try {
        return await act(words);
      } finally {
        busy.delete(name);
      }
    },
  };
}
