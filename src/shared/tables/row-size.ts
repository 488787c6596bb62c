/**
 * Size of a row in bytes as DynamoDB counts it: UTF-8 attribute names plus values; numbers take about one byte for two
 * significant digits plus one; lists three bytes plus one an element. A write unit is 1,024 of these.
 * Source: DynamoDB developer guide, item sizes and formats, November 2026.
 */
export function rowBytes(row: Record<string, unknown>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(row)) {
    if (value !== undefined) {
      bytes += Buffer.byteLength(name) + valueBytes(value);
    }
  }
  return bytes;
}

/** Write units of one put of a row of `bytes` bytes, without its indexes. */
export function writeUnitsFor(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  if (typeof value === 'number') {
    return numberBytes(value);
  }
  if (value instanceof Uint8Array) {
    return value.byteLength;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, element) => sum + 1 + valueBytes(element), 3);
  }
  if (value !== null && typeof value === 'object') {
    return 3 + Object.keys(value).length + rowBytes(value as Record<string, unknown>);
  }
  return 1;
}

function numberBytes(value: number): number {
  const [mantissa = ''] = Math.abs(value).toString().split('e');
  const digits = mantissa.replace('.', '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
