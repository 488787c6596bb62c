import { messageOf, PipelineError } from '../errors.ts';

/** A failed message for the log: which job, which code, one bounded sentence. */
export function describeFailure(
  error: unknown,
  record: { body: string },
): { jobId: string; code: string; detail: string } {
  return {
    jobId: jobIdOf(record.body),
    code: error instanceof PipelineError ? error.code : 'unexpected',
    detail: messageOf(error).slice(0, 500),
  };
}

/** The job a message is about, as far as its body tells; empty otherwise. */
export function jobIdOf(body: string): string {
  try {
    const { jobId } = JSON.parse(body) as { jobId?: unknown };
    return typeof jobId === 'string' ? jobId : '';
  } catch {
    return '';
  }
}
