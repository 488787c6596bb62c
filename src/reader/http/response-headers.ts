import { msFromIso } from '../../shared/core/clock.ts';
import { canonicalJson, stableHash } from '../../shared/core/stable-hash.ts';
import type { Origin, Provenance } from '../reader-api.ts';

/**
 * Whether `Accept-Encoding` accepts gzip: by name, or else by `*`, with a weight above 0 (RFC 9110, 12.5.3). Not by the package
 * `negotiator`: for this single question it adds 9 KB of code to every cold start.
 */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding, Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** How long a stale answer may be kept: by then a refresh has usually arrived. */
const staleSeconds = 30;

/** Members of an answer that change by the second or say how it was found. The tag leaves them out: the same rows have the same tag. */
const passing = new Set(['from', 'ageSeconds', 'freshness', 'problem', 'parts', 'score']);

/**
 * `Cache-Control` from the lives of the rows: fresh until the soft TTL, afterwards usable while a cache revalidates it, and never after the
 * hard TTL. `scope` is `private` for answers that are made for one viewer.
 */
export function cacheControl(
  { freshUntil, expiresAt, stale }: Pick<Provenance, 'freshUntil' | 'expiresAt' | 'stale'>,
  scope: 'public' | 'private',
  nowMs: number,
): string {
  if (freshUntil === null || expiresAt === null) {
    return 'no-store';
  }
  const lifeSeconds = secondsUntil(expiresAt, nowMs);
  const freshSeconds = Math.min(lifeSeconds, stale ? staleSeconds : secondsUntil(freshUntil, nowMs));
  const afterwards = lifeSeconds - freshSeconds;
  return `${scope}, max-age=${freshSeconds}, stale-while-revalidate=${afterwards}, stale-if-error=${afterwards}`;
}

/** A weak `ETag`, because the body also holds the age: answers with the same tag have the same rows and are equally stale. */
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

/** `Cache-Status` of RFC 9211: whether the cache had the answer, and in which tier. */
export function cacheStatus(from: Origin): string {
  return `tmdb-pipeline; ${from === 'memory' || from === 'table' ? 'hit' : 'fwd=miss'}; detail=${from}`;
}

function secondsUntil(iso: string, nowMs: number): number {
  return Math.max(0, Math.floor((msFromIso(iso) - nowMs) / 1_000));
}
