/**
 * The two fates of a failure. What is expected (unchanged, superseded, not found) is a value, not an error;
 * an error that is neither of these two counts as retryable.
 */
export abstract class PipelineError extends Error {
  /** A stable machine-readable word, e.g. `tmdb_unavailable`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Worth trying again. */
export class RetryableError extends PipelineError {}

/** No retry will mend it: the message ends in the dead-letter queue. */
export class PermanentError extends PipelineError {}

/** Wrong input from a person: one readable sentence, exit code 2. */
export class UsageError extends PipelineError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}

/** The readable sentence of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
