import * as z from 'zod';
import { PermanentError } from '../core/errors.ts';

/** How often a message was replayed from a dead-letter queue; absent means never. */
export const replaysSchema = z.int().min(0).optional();

/**
 * A message as JSON text that SQS and the emulators accept. Characters that they refuse in a body are escaped, which parsing undoes: SQS
 * refuses U+FFFE and U+FFFF, emulators everything beyond the basic plane (U+FFFF).
 */
export function messageBody(message: unknown): string {
  return JSON.stringify(message).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Parses a message body by its schema.
 * @throws PermanentError `malformed_message`, which names the first invalid member.
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
