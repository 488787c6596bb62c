/**
 * A request to SQS with every `DelaySeconds` of two or more seconds made one, in as many bytes (JSON may hold spaces), so that
 * its length still holds. A deferral while the control table is away waits a minute in production; here time runs faster.
 */
export function shortenDelays(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const shorter = text.replace(/"DelaySeconds":([1-9]\d{0,2})/g, (_whole, digits: string) => {
    return `"DelaySeconds":${'1'.padStart(digits.length)}`;
  });
  return shorter === text ? bytes : Buffer.from(shorter, 'latin1');
}
