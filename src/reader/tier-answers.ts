import { messageOf, PipelineError } from '../shared/core/errors.ts';
import type { EmptyList } from '../shared/tables/read-list.ts';
import type { Got } from './memory-tier.ts';
import type { Origin, Problem } from './reader-api.ts';
import { TableUnavailableError } from './table-guard.ts';

/**
 * What the tiers hold of something: nothing, one or several of its parts. `absent`: TMDB says that there is no such thing. `empty`: it
 * is a list and has no parts, which is an answer.
 */
export type TierRead<T> = {
  found: T[];
  from: Origin;
  absent: boolean;
  empty?: EmptyList | undefined;
  problem?: Problem;
  /** Whether the table holds of it what cannot be read. */
  isDamaged?: boolean | undefined;
};

/** What the last tier said, as it is kept for a moment. */
export type LiveOutcome<T> =
  | { kind: 'ok'; found: T[]; empty?: EmptyList | undefined }
  | { kind: 'absent' }
  | ({ kind: 'unavailable' } & Problem);

/** Nothing found, and perhaps why. */
export function nothing<T>(problem: Problem | undefined): TierRead<T> {
  return { found: [], from: 'nowhere', absent: false, ...(problem && { problem }) };
}

/** Why a reader that asks nobody else has nothing. */
export function notCached(
  what: 'list' | 'title',
  { isDamaged = false }: Pick<TierRead<unknown>, 'isDamaged'>,
): Problem {
  return isDamaged
    ? { code: 'not_cached', detail: `what the table holds of this ${what} is damaged`, cause: 'row_damaged' }
    : { code: 'not_cached', detail: `the table holds no such ${what}` };
}

/** Where something from the first two tiers came from. */
export function originOf(got: Got<unknown>): Origin {
  return got.how === 'loaded' ? 'table' : 'memory';
}

/** A load that failed where something older was there. */
export function problemOf(got: Got<unknown>): Problem | undefined {
  if (got.how !== 'failed') {
    return undefined;
  }
  const { detail, ...problem } = toProblem(got.error);
  return { ...problem, code: 'table_unavailable', detail: `${detail}; this is what was read before` };
}

/** What went wrong, as an application is told. */
export function toProblem(error: unknown): Problem {
  const code = error instanceof PipelineError ? error.code : 'unexpected';
  const problem = { code, detail: messageOf(error) };
  return error instanceof TableUnavailableError ? { ...problem, cause: error.failure.code } : problem;
}

/** What the last tier brought, beside what had gone wrong before it. */
export function readOfLive<T>(outcome: LiveOutcome<T>, before: Problem | undefined): TierRead<T> {
  switch (outcome.kind) {
    case 'ok':
      return {
        ...nothing<T>(before),
        found: outcome.found,
        empty: outcome.empty,
        from: outcome.found.length === 0 && outcome.empty === undefined ? 'nowhere' : 'tmdb',
      };
    case 'absent':
      return { ...nothing<T>(before), absent: true };
    case 'unavailable':
      return nothing<T>(before ?? { code: outcome.code, detail: outcome.detail });
  }
}
