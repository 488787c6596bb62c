/** How the parts of a deployment are looked at: a look that fails is a sentence, and the others go on. */
import { awsFailure, failureSentence } from '../../shared/core/aws-failure.ts';
import { messageOf, PermanentError, PipelineError } from '../../shared/core/errors.ts';
import type { Looked } from './checkup.ts';

/** Runs a look that needs `permission`; a failure becomes a sentence. */
export async function look<T>(permission: string, act: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    const failure = awsFailure(error);
    if (failure.code === 'access_denied' && permission !== '') {
      return { unseen: failureSentence(failure), code: failure.code, permission };
    }
    const isOurs = error instanceof PipelineError || failure.code === 'unexpected';
    const code = error instanceof PipelineError ? error.code : failure.code;
    const [sentence = ''] = messageOf(error).split('\n', 1);
    return { unseen: isOurs ? sentence : failureSentence(failure), code };
  }
}

/** Runs `act` with a client that is closed afterwards. */
export async function using<C extends { destroy(): void }, T>(client: C, act: (client: C) => Promise<T>): Promise<T> {
  try {
    return await act(client);
  } finally {
    client.destroy();
  }
}

/** An answer that is none of AWS's, although nothing failed. */
export function notUnderstood(what: string): PermanentError {
  return new PermanentError('not_aws', `${what} was not read: the answer was not understood`);
}
