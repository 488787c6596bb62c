import * as z from 'zod';
import { messageOf, PipelineError } from '../core/errors.ts';

/** Why something failed: a stable code, and a sentence of limited length. */
export type Failure = { code: string; detail: string };

const detailCharacters = 500;
/** A code of Node or of a library, such as `ECONNREFUSED`. */
const codeSchema = z.object({ code: z.string().regex(/^[\w.-]{1,60}$/) });
/** Error names that say nothing about the cause. */
const plainNames = /^(Error|AggregateError|EvalError|RangeError|ReferenceError|SyntaxError|TypeError|URIError)$/;
const jobSchema = z.object({ jobId: z.string() });

/** The code and the message of anything thrown. */
export function failureOf(error: unknown): Failure {
  return { code: codeOf(error), detail: messageOf(error).slice(0, detailCharacters) };
}

/** The code of an error of the pipeline or of Node, or the name of an AWS exception; otherwise `unexpected`. */
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

/** A failed message for the log: its job, the code, and a sentence of limited length. */
export function describeFailure(error: unknown, record: { body: string }): Failure & { jobId: string } {
  return { jobId: jobIdOf(record.body), ...failureOf(error) };
}

/** The job id in a message's body; empty if there is none. */
export function jobIdOf(body: string): string {
  try {
    return jobSchema.safeParse(JSON.parse(body)).data?.jobId ?? '';
  } catch {
    return '';
  }
}
