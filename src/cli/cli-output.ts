import { ZodError } from 'zod';
import { PipelineError, UsageError } from '../shared/errors.ts';
import { IncompleteRunError } from './incomplete-run.ts';

/** Where a command writes: results to stdout, everything else to stderr. */
export type CliOutput = {
  json: boolean;
  verbose: boolean;
  /** The command's result: one JSON document with `--json`, else the text. */
  result(document: unknown, text: string): void;
  /** A note for the person at the terminal. */
  note(text: string): void;
};

/** Output on this process's streams. A reader that goes away early (`| head`) ends the output, not the work. */
export function terminalOutput(options: { json: boolean; verbose: boolean }): CliOutput {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) {
      stream.on('error', () => undefined);
    }
  }
  return {
    ...options,
    result: (document, text) => {
      process.stdout.write(options.json ? `${JSON.stringify(document)}\n` : `${text}\n`);
    },
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Says what went wrong in one sentence; returns the exit code: 2 for wrong usage, else 1. */
export function reportFailure(error: unknown, output: CliOutput): 1 | 2 {
  const sentence = sentenceOf(error);
  output.note(`error: ${sentence}`);
  if (output.verbose && error instanceof Error) {
    output.note(error.stack ?? '');
    for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
      output.note(`caused by ${cause.stack}`);
    }
  }
  if (error instanceof IncompleteRunError) {
    output.result(error.summary, error.text);
  } else if (output.json) {
    output.result({ error: { code: error instanceof PipelineError ? error.code : 'failed', message: sentence } }, '');
  }
  return error instanceof UsageError ? 2 : 1;
}

/** The first line, with the first line of its cause when it has one. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (error instanceof ZodError) {
    const { path = [], message = 'not understood' } = error.issues[0] ?? {};
    return `${path.join('.') || 'data'}: ${message}`;
  }
  const cause =
    error.cause instanceof Error && !(error instanceof UsageError) ? `: ${firstLine(error.cause.message)}` : '';
  return `${firstLine(error.message)}${cause}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
