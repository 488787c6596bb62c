import ora from 'ora';
import type { CliContext } from './cli-context.ts';
import type { RunTracker } from './run-tracker.ts';

/** A line on stderr that tells how far a run is. On something else than a terminal it stays silent until the end. */
export type Progress = { update(): void; end(succeeded: boolean): void };

/** Shows the progress of run `runId`. */
export function showProgress(
  label: string,
  runId: string,
  jobs: number,
  tracker: RunTracker,
  { clock, output }: CliContext,
): Progress {
  const startedMs = clock.monotonicMs();
  const text = () => {
    const { fetched, applied, rows, calls } = tracker.progress(runId);
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    return `${label}: ${fetched.size}/${jobs} pages fetched, ${applied.size}/${jobs} in the table, ${rows.received} rows, ${calls.length} calls in ${seconds.toFixed(1)} s`;
  };
  if (!process.stderr.isTTY) {
    return { update: () => undefined, end: (succeeded) => output.note(`${succeeded ? 'done' : 'stopped'}: ${text()}`) };
  }
  const spinner = ora({ text: text(), stream: process.stderr, discardStdin: false }).start();
  return {
    update: () => {
      spinner.text = text();
    },
    end: (succeeded) => {
      spinner.text = text();
      succeeded ? spinner.succeed() : spinner.fail();
    },
  };
}
