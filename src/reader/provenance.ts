import { isoFromMs, msFromIso } from '../shared/core/clock.ts';
import { freshnessScore } from '../shared/tables/row-life.ts';
import { type CoverageKind, coverageKinds } from '../shared/tables/usage-store.ts';
import type { Origin, Problem, Provenance } from './reader-api.ts';

/** The life of something that is served. Times are epoch milliseconds, `fetchedAt` is ISO 8601 UTC. */
export type Aged = { fetchedAt: string; freshUntilMs: number; expiresAtMs: number };

/** Freshness from 1 (just fetched) to 0 (at its hard TTL). */
export function freshnessOf({ fetchedAt, expiresAtMs }: Aged, nowMs: number): number {
  return freshnessScore(msFromIso(fetchedAt), expiresAtMs, nowMs);
}

/** The life of several things that are served together: as old as the oldest, stale or expired as soon as one of them is. */
export function jointLife(parts: readonly Aged[]): Aged | undefined {
  const [first] = parts;
  if (first === undefined) {
    return undefined;
  }
  return parts.reduce((joint, part) => ({
    fetchedAt: earlierOf(joint.fetchedAt, part.fetchedAt),
    freshUntilMs: Math.min(joint.freshUntilMs, part.freshUntilMs),
    expiresAtMs: Math.min(joint.expiresAtMs, part.expiresAtMs),
  }));
}

/** The joint life of what is there. `isLacking`: something is missing that may come at any time, so the answer is not fresh. */
export function lifeOfAll(lives: readonly Aged[], isLacking: boolean): Aged | undefined {
  const life = jointLife(lives);
  return life && isLacking ? { ...life, freshUntilMs: msFromIso(life.fetchedAt) } : life;
}

/** The earlier of two ISO times, which sort as text. */
function earlierOf(one: string, other: string): string {
  return other < one ? other : one;
}

/** The provenance of an answer at `nowMs`; `life` is `undefined` where there is none. */
export function provenanceOf(
  from: Origin,
  life: Aged | undefined,
  nowMs: number,
  problem: Problem | undefined,
): Provenance {
  const said = problem === undefined ? {} : { problem };
  if (life === undefined) {
    return {
      from,
      fetchedAt: null,
      freshUntil: null,
      expiresAt: null,
      ageSeconds: null,
      freshness: 0,
      stale: false,
      ...said,
    };
  }
  return {
    from,
    fetchedAt: life.fetchedAt,
    freshUntil: isoFromMs(life.freshUntilMs),
    expiresAt: isoFromMs(life.expiresAtMs),
    ageSeconds: Math.max(0, Math.floor((nowMs - msFromIso(life.fetchedAt)) / 1_000)),
    freshness: Math.round(freshnessOf(life, nowMs) * 1e4) / 1e4,
    stale: nowMs >= life.freshUntilMs,
    ...said,
  };
}

/** What of an answer tells how whole it is; `details` where they were asked for. */
export type Detailed = {
  details?: { fetchedAt: Readonly<Record<string, string | null>>; certification: string | null; watch: object | null };
};

/** What the answer of a title had, as it is counted; nothing where no details were asked for. */
export function coverageOf({ details }: Detailed): CoverageKind[] {
  if (details === undefined) {
    return [];
  }
  const had = {
    asked: true,
    details: Object.values(details.fetchedAt).some((at) => at !== null),
    certification: details.certification !== null,
    services: details.watch !== null,
  };
  return coverageKinds.filter((kind) => had[kind]);
}
