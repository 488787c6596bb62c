import { hash } from 'node:crypto';

/** The first `hexDigits` (at most 64) of the SHA-256 of `text`: the same on every machine and in every run. */
export function stableHash(text: string, hexDigits: number): string {
  return hash('sha256', text, 'hex').slice(0, hexDigits);
}

/**
 * A number in [0, 1) that depends on `text` alone. It replaces random jitter in rows, because two writers of the same message must
 * produce the same bytes.
 */
export function stableFraction(text: string): number {
  return Number.parseInt(stableHash(text, 12), 16) / 2 ** 48;
}

/** JSON with sorted object keys: equal values give equal texts. `undefined` members are left out. For plain data, without `toJSON`. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** A replacer that sorts would do the same in twice the time: it is called for each member, not for each object. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  const members = value as Record<string, unknown>;
  // Without a prototype, a member may be called `__proto__`.
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(members).sort()) {
    copy[name] = sorted(members[name]);
  }
  return copy;
}
