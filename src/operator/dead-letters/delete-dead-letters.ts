/** Deletes dead letters that nobody wants replayed, one by one. What is not chosen is released untouched. */

import type { Clock } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import type { MessageSource } from '../../shared/queues/message-source.ts';
import { type ActOptions, type ActReport, actOnDeadLetters, type LetterAct } from './act-on-dead-letters.ts';

/** What a deletion did: `deleted` are gone for good, or in a dry run chosen. */
export type DeleteReport = Omit<ActReport, 'done'> & { deleted: number };

/** Deletes what is chosen of `source`. Ends early when `signal` aborts. */
export async function deleteDeadLetters(
  source: MessageSource,
  options: ActOptions & { onProgress(report: DeleteReport): void },
  clock: Clock,
  signal: AbortSignal,
): Promise<DeleteReport> {
  const reportOf = ({ examined, done, ...report }: ActReport) => ({ examined, deleted: done, ...report });
  const act: LetterAct['act'] = async (message, { messageId, jobId }) => {
    try {
      await source.remove(message);
      return undefined;
    } catch (error) {
      return { messageId, jobId, why: messageOf(error) };
    }
  };
  const onProgress = (report: ActReport) => options.onProgress(reportOf(report));
  return reportOf(await actOnDeadLetters(source, { act }, { ...options, onProgress }, clock, signal));
}
