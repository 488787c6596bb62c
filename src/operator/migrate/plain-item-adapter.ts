import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * An item with plain values, whatever it holds. The document client refuses a whole answer for one number beyond what JavaScript can
 * tell exactly; here such a number becomes its digits.
 */
export function plainItem(item: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if (value.N !== undefined) {
    return plainNumber(value.N);
  }
  if (value.M !== undefined) {
    return plainItem(value.M);
  }
  if (value.L !== undefined) {
    return value.L.map(plainValue);
  }
  if (value.NS !== undefined) {
    return value.NS.map(plainNumber);
  }
  return value.NULL === true ? null : (value.S ?? value.BOOL ?? value.SS ?? value.B ?? value.BS);
}

function plainNumber(digits: string): number | string {
  const number = Number(digits);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : digits;
}
