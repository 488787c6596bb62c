import { createHash } from 'node:crypto';

/** The first `hexDigits` (at most 64) of the SHA-256 of `text`: the same on every machine and in every run. */
export function stableHash(text: string, hexDigits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hexDigits);
}

/**
 * A number in [0, 1) that depends on `text` alone. It replaces random jitter in rows, because two writers of the same message must
 * produce the same bytes.
 */
export function stableFraction(text: string): number {
  return Number.parseInt(stableHash(text, 12), 16) / 2 ** 48;
}

/** JSON with sorted object keys: equal values give equal texts. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
