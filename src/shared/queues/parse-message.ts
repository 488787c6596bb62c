import * as z from 'zod';
import { PermanentError } from '../core/errors.ts';

/** Replays of a message out of a dead-letter queue; absent means none. */
export const replaysSchema = z.int().min(0).optional();

/**
 * A message as JSON text that every SQS takes: whatever lies outside the characters SQS allows in a body (its reference names
 * up to U+10FFFF but leaves out U+FFFE and U+FFFF; emulators take the basic plane only) is escaped, which JSON undoes.
 */
export function messageBody(message: unknown): string {
  return JSON.stringify(message).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

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
