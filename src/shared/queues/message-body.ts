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
