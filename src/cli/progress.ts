import ora from 'ora';
import { cleanLine } from '../shared/clean-text.ts';
import type { CliContext } from './cli-context.ts';
import type { RunTracker } from './run-tracker.ts';

/** A line on stderr that tells how far a run is. On something else than a terminal it stays silent until the end. */
export type Progress = { update(): void; end(succeeded: boolean): void };

/** A line on stderr that is rewritten as things go on; on something else than a terminal only its last state is written. */
export function showLine(
  first: string,
  { output }: Pick<CliContext, 'output'>,
): { update(text: string): void; end(succeeded: boolean): void } {
  let last = first;
  // A terminal without a width (as some programs make it) would be rewritten for ever.
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
    end: (succeeded) => {
      if (spinner === undefined) {
        output.note(`${succeeded ? 'done' : 'stopped'}: ${last}`);
      } else {
        succeeded ? spinner.succeed() : spinner.fail();
      }
    },
  };
}

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
  const line = showLine(text(), { output });
  return {
    update: () => line.update(text()),
    end: (succeeded) => {
      line.update(text());
      line.end(succeeded);
    },
  };
}
