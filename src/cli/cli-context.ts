/** What every command works with, and how it tells what it did. */
import { ZodError } from 'zod';
import { cleanJson, cleanLine } from '../shared/core/clean-text.ts';
import type { Clock } from '../shared/core/clock.ts';
import { takeEnvironment } from '../shared/core/env.ts';
import { messageOf, PermanentError, PipelineError, UsageError } from '../shared/core/errors.ts';
import { systemClock } from '../shared/core/system-clock.ts';
import { settingsFromFile } from '../shared/settings/settings-file.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { AwsCallError } from './aws-call-failure.ts';
import { printable } from './styled-text.ts';
import { resultNotWritten, writeOutput } from './write-output.ts';

/** Where a command writes: results to stdout, everything else to stderr. Control characters are removed here, once. */
export type CliOutput = {
  json: boolean;
  verbose: boolean;
  /** The command's result: one JSON document with `--json`, else the text. @throws PermanentError when it cannot be written. */
  result(document: unknown, text: string): void;
  /** A note for the person at the terminal. */
  note(text: string): void;
};

/** Options that every command takes. */
export type CommonOptions = { json?: boolean; verbose?: boolean; settings?: string };

/** What every command works with. */
export type CliContext = {
  output: CliOutput;
  clock: Clock;
  settings: Settings;
  environment: Readonly<Record<string, string | undefined>>;
};

/** Reads settings file and environment. @throws UsageError when either is invalid. */
export function cliContext(options: CommonOptions): CliContext {
  const environment = takeEnvironment(['TMDB_API_TOKEN']);
  const settings = settingsFromFile(options.settings);
  return {
    output: terminalOutput({ json: options.json === true, verbose: options.verbose === true }),
    clock: systemClock,
    settings: withRate(settings, environment.TMDB_REQUESTS_PER_SECOND),
    environment,
  };
}

function withRate(settings: Settings, text: string | undefined): Settings {
  if (text === undefined || text === '') {
    return settings;
  }
  const requestsPerSecond = Number(text);
  if (!(requestsPerSecond >= 0.1 && requestsPerSecond <= 40)) {
    throw new UsageError(`TMDB_REQUESTS_PER_SECOND is '${text.slice(0, 40)}': allowed are numbers from 0.1 to 40`);
  }
  return { ...settings, tmdb: { ...settings.tmdb, requestsPerSecond } };
}

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
        // There is no other stream to report it on.
      }
    },
  };
}

/** A command that left work undone: what it did is still printed, as a document or as text. */
export class IncompleteRunError extends PipelineError {
  readonly summary: object;
  readonly text: string;

  constructor(code: string, detail: string, summary: object, text: string) {
    super(code, detail);
    this.summary = summary;
    this.text = text;
  }
}

/** Code of the error that says that the disk of a data folder is full. */
export const diskFull = 'disk_full';

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
  const cause = error.cause instanceof Error && !isWhole(error) ? `: ${firstLine(error.cause.message)}` : '';
  // Errors of the pipeline are one sentence, even where a text inside has line breaks; of others the first line is enough.
  const message = error instanceof PipelineError ? error.message : firstLine(error.message);
  return cleanLine(`${message}${cause}`);
}

/** Whether an error needs no cause: that of a full disk is whatever the emulator failed with, which misleads. */
function isWhole(error: Error): boolean {
  return (
    error instanceof UsageError ||
    error instanceof AwsCallError ||
    (error instanceof PipelineError && error.code === diskFull)
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
