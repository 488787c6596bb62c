import ora from 'ora';
import { kindOfJob, plannedOf, type RunTracker, type SentJobs } from '../operator/runs/run-tracker.ts';
import { cleanLine } from '../shared/core/clean-text.ts';
import type { CliContext } from './cli-context.ts';

/** A line on stderr that shows the progress of a run. Where stderr is no terminal it is written once, at the end. */
export type Progress = { update(): void; say(sentence: string): void; end(succeeded: boolean): void };

/** A line that is rewritten as things go on. */
export type Line = {
  update(text: string): void;
  /** Writes a sentence on a line of its own; on a terminal the rewritten line stays below it. */
  say(sentence: string): void;
  end(succeeded: boolean): void;
};

/** Shows a line on stderr that is rewritten in place; where stderr is no terminal only its last state is written. */
export function showLine(first: string, { output }: Pick<CliContext, 'output'>): Line {
  let last = first;
  // Some programs open a terminal without a width: the spinner would redraw it in an endless loop.
  const spinner =
    process.stderr.isTTY && process.stderr.columns > 0
      ? ora({ text: cleanLine(first), stream: process.stderr, discardStdin: false }).start()
      : undefined;
  return {
    update: (text) => {
      last = text;
      if (spinner !== undefined) {
        spinner.text = cleanLine(text);
      }
    },
    say: (sentence) => {
      // A running spinner would overwrite the sentence.
      spinner?.stop();
      output.note(sentence);
      spinner?.start();
    },
    end: (succeeded) => {
      if (spinner === undefined) {
        output.note(`${succeeded ? 'done' : 'stopped'}: ${last}`);
      } else {
        succeeded ? spinner.succeed() : spinner.fail();
      }
    },
  };
}

/** Ends `line` as failed where `act` throws: a spinner that nobody ends keeps the process alive. */
export async function endingOnFailure<T>(line: Pick<Line, 'end'>, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    line.end(false);
    throw error;
  }
}

/** Shows the progress of run `runId`. */
export function showProgress(
  label: string,
  runId: string,
  sent: SentJobs,
  tracker: RunTracker,
  { clock, output }: CliContext,
): Progress {
  const startedMs = clock.monotonicMs();
  const text = () => {
    const { fetched, applied, outcomes, rows, calls } = tracker.progress(runId);
    // The writer applies pages that are not found or unreadable too, but stores nothing of them.
    const isStored = (jobId: string) => !['not-found', 'rejected'].includes(outcomes.get(jobId) ?? '');
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    const share = (jobIds: Iterable<string>, kind: 'lists' | 'titles') =>
      `${[...jobIds].filter((jobId) => kindOfJob(jobId) === kind).length}/${plannedOf(sent, kind)}`;
    const titles = plannedOf(sent, 'titles') === 0 ? '' : `, ${share(applied, 'titles')} titles`;
    const pages = `${share(fetched, 'lists')} pages fetched, ${share([...applied].filter(isStored), 'lists')} in the table`;
    return `${label}: ${pages}${titles}, ${rows.received} rows, ${calls.length} calls in ${seconds.toFixed(1)} s`;
  };
  const line = showLine(text(), { output });
  return {
    update: () => line.update(text()),
    say: line.say,
    end: (succeeded) => {
      line.update(text());
      line.end(succeeded);
    },
  };
}
