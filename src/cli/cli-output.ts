import { ZodError } from 'zod';
import { IncompleteRunError } from '../operator/runs/incomplete-run.ts';
import { cleanJson, cleanLine } from '../shared/core/clean-text.ts';
import { messageOf, PermanentError, PipelineError, UsageError } from '../shared/core/errors.ts';
import { AwsCallError } from './aws-call-failure.ts';
import { printable } from './styled-text.ts';
import { resultNotWritten, writeOutput } from './write-output.ts';

/** Where a command writes: results to stdout, everything else to stderr. What is written is cleaned here, once. */
export type CliOutput = {
  json: boolean;
  verbose: boolean;
  /** The command's result: one JSON document with `--json`, else the text. @throws PermanentError when it cannot be written. */
  result(document: unknown, text: string): void;
  /** A note for the person at the terminal. */
  note(text: string): void;
};

/** Output on this process's streams. */
export function terminalOutput(options: { json: boolean; verbose: boolean }): CliOutput {
  return {
    ...options,
    result: (document, text) => {
      const result = options.json ? cleanJson(JSON.stringify(document)) : printable(text, process.stdout);
      writeOutput(process.stdout, `${result}\n`);
    },
    note: (text) => {
      try {
        writeOutput(process.stderr, `${printable(text, process.stderr)}\n`);
      } catch {
        // Nobody can be told.
      }
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
  if (!(error instanceof PermanentError && error.code === resultNotWritten)) {
    try {
      resultOfFailure(error, sentence, output);
    } catch (unwritten) {
      output.note(`error: ${messageOf(unwritten)}`);
    }
  }
  return error instanceof UsageError ? 2 : 1;
}

function resultOfFailure(error: unknown, sentence: string, output: CliOutput): void {
  if (error instanceof IncompleteRunError) {
    output.result(error.summary, error.text);
  } else if (output.json) {
    output.result({ error: { code: error instanceof PipelineError ? error.code : 'failed', message: sentence } }, '');
  }
}

/** One line, with the first line of its cause when it has one. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return cleanLine(String(error));
  }
  if (error instanceof ZodError) {
    const { path = [], message = 'not understood' } = error.issues[0] ?? {};
    return cleanLine(`${path.join('.') || 'data'}: ${message}`);
  }
  const cause =
    error.cause instanceof Error && !(error instanceof UsageError || error instanceof AwsCallError)
      ? `: ${firstLine(error.cause.message)}`
      : '';
  // Ours are one sentence, whatever the texts in it; of others the first line says most.
  const message = error instanceof PipelineError ? error.message : firstLine(error.message);
  return cleanLine(`${message}${cause}`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
