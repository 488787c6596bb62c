import type * as z from 'zod';
import { PermanentError } from '../core/errors.ts';

/**
 * A message body as its schema's type.
 * @throws PermanentError `malformed_message` naming the first member that is wrong.
 */
export function parseMessage<T extends z.ZodType>(schema: T, body: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new PermanentError('malformed_message', 'the message body is not JSON', { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PermanentError('malformed_message', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
  }
  return parsed.data;
}
