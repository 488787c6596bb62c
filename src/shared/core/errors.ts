/**
 * The two kinds of failure: retryable and permanent. Expected outcomes (unchanged, superseded, not found) are values, not errors.
 * Any other error counts as retryable.
 */
export abstract class PipelineError extends Error {
  /** A stable machine-readable code, e.g. `tmdb_unavailable`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Worth trying again. */
export class RetryableError extends PipelineError {}

/** A retry cannot succeed: the message goes to the dead-letter queue. */
export class PermanentError extends PipelineError {}

/** Wrong input from a person: shown as one sentence, exit code 2. */
export class UsageError extends PipelineError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
