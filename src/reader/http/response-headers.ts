import { msFromIso } from '../../shared/core/clock.ts';
import { canonicalJson, stableHash } from '../../shared/core/stable-hash.ts';
import type { Origin, Provenance } from '../reader-api.ts';

/** Whether `Accept-Encoding` asks for gzip: by name, or else by `*`, with a weight above 0 (RFC 9110, 12.5.3). */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding, Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** A stale answer has been asked for again by then. */
const staleSeconds = 30;

/** Members of an answer that change by the second, or say how it was found: the same rows have the same tag. */
const passing = new Set(['from', 'ageSeconds', 'freshness', 'problem', 'parts', 'score']);

/**
 * `Cache-Control` from the rows' own lives: fresh until the soft TTL, after it usable while it is fetched anew, and never past the
 * hard TTL. `scope` is `private` for what is made for one viewer.
 */
export function cacheControl(
  { freshUntil, expiresAt, stale }: Pick<Provenance, 'freshUntil' | 'expiresAt' | 'stale'>,
  scope: 'public' | 'private',
  nowMs: number,
): string {
  if (freshUntil === null || expiresAt === null) {
    return 'no-store';
  }
  const goneSeconds = secondsUntil(expiresAt, nowMs);
  const freshSeconds = Math.min(goneSeconds, stale ? staleSeconds : secondsUntil(freshUntil, nowMs));
  const afterwards = goneSeconds - freshSeconds;
  return `${scope}, max-age=${freshSeconds}, stale-while-revalidate=${afterwards}, stale-if-error=${afterwards}`;
}

/** Weak, since the age is in the body too: two answers of one tag are of the same rows and equally stale. */
export function entityTag(answer: object): string {
  const lasting = JSON.parse(JSON.stringify(answer, (key, value: unknown) => (passing.has(key) ? undefined : value)));
  return `W/"${stableHash(canonicalJson(lasting), 24)}"`;
}

/** Whether `If-None-Match` names `tag`; compared weakly, as RFC 9110 asks. */
export function namesTag(ifNoneMatch: string | null, tag: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  const named = ifNoneMatch?.split(',') ?? [];
  return named.some((part) => part.trim() === '*' || opaque(part) === opaque(tag));
}

/** `Cache-Status` of RFC 9211: whether this cache had it, and in which tier. */
export function cacheStatus(from: Origin): string {
  return `tmdb-pipeline; ${from === 'memory' || from === 'table' ? 'hit' : 'fwd=miss'}; detail=${from}`;
}

function secondsUntil(iso: string, nowMs: number): number {
  return Math.max(0, Math.floor((msFromIso(iso) - nowMs) / 1_000));
}
