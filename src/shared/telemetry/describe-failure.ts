import * as z from 'zod';
import { messageOf, PipelineError } from '../core/errors.ts';

/** Why something failed: a stable word for machines, and a bounded sentence. */
export type Failure = { code: string; detail: string };

const detailCharacters = 500;
/** A code of Node or of a library, such as `ECONNREFUSED`. */
const codeSchema = z.object({ code: z.string().regex(/^[\w.-]{1,60}$/) });
/** Names that say nothing but that something was thrown. */
const plainNames = /^(Error|AggregateError|EvalError|RangeError|ReferenceError|SyntaxError|TypeError|URIError)$/;
const jobSchema = z.object({ jobId: z.string() });

/** What anything thrown says of itself. */
export function failureOf(error: unknown): Failure {
  return { code: codeOf(error), detail: messageOf(error).slice(0, detailCharacters) };
}

/** The code of the pipeline's own errors and of Node's, the name of an AWS exception; `unexpected` when there is neither. */
export function codeOf(error: unknown): string {
  if (error instanceof PipelineError) {
    return error.code;
  }
  const coded = codeSchema.safeParse(error);
  if (coded.success) {
    return coded.data.code;
  }
  return error instanceof Error && !plainNames.test(error.name) ? error.name.slice(0, 60) : 'unexpected';
}

/** A failed message for the log: which job, which code, one bounded sentence. */
export function describeFailure(error: unknown, record: { body: string }): Failure & { jobId: string } {
  return { jobId: jobIdOf(record.body), ...failureOf(error) };
}

/** The job a message is about, as far as its body tells; empty otherwise. */
export function jobIdOf(body: string): string {
  try {
    return jobSchema.safeParse(JSON.parse(body)).data?.jobId ?? '';
  } catch {
    return '';
  }
}
