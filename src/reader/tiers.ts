/** What the three tiers (memory, table, TMDB) have in common: what they are read with, and what reading them gives. */
import type { Clock } from '../shared/core/clock.ts';
import { messageOf, PipelineError } from '../shared/core/errors.ts';
import type { Feed, MediaType } from '../shared/core/feed.ts';
import type { ExternalId } from '../shared/queues/details/detail-kinds.ts';
import type { DescribedTitle } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import type { EmptyList } from '../shared/tables/read-list.ts';
import type { OnDamaged } from '../shared/tables/row.ts';
import type { NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import type { Got, Kept } from './memory-tier.ts';
import type { PipelineRequests } from './pipeline-requests.ts';
import type { Origin, Problem } from './reader-api.ts';
import { TableUnavailableError } from './table-guard.ts';

/** The outcome of a live call. `absent`: TMDB says that it does not exist. */
export type LiveAnswer<T> = { kind: 'ok'; value: T } | { kind: 'absent' } | ({ kind: 'unavailable' } & Problem);

/** The third tier: calls of TMDB while somebody waits for the answer. They never reject. */
export type LiveCalls = {
  /** The first page of a feed, as of `snapshot`. */
  firstPage(feed: Feed, snapshot: string): Promise<LiveAnswer<NormalizedPage>>;
  title(mediaType: MediaType, id: number, language: string): Promise<LiveAnswer<DescribedTitle>>;
  /** The film and the series that have an id elsewhere, one at least. */
  find(externalId: ExternalId, language: string): Promise<LiveAnswer<DescribedTitle[]>>;
};

/** What lists and titles are read with. */
export type TierDependencies = {
  /** The second tier. */
  catalog: CatalogReader;
  /** Asked for what the cache does not have. Without it the cache answers alone. */
  live?: LiveCalls | undefined;
  /** Takes requests for refreshes, and what live calls brought. Without it nothing is refreshed. */
  pipeline?: PipelineRequests | undefined;
  /** Is told of each row that cannot be read, each time. */
  onDamaged?: OnDamaged | undefined;
  clock: Clock;
  settings: Settings;
};

/**
 * What the tiers have of a list (its rows) or of a title (its languages); `found` may be empty. `absent`: TMDB says that it does not exist.
 * `empty`: TMDB serves the list empty, which is an answer.
 */
export type TierRead<T> = {
  found: T[];
  from: Origin;
  absent: boolean;
  empty?: EmptyList | undefined;
  problem?: Problem;
  /** Whether the table has rows of it that cannot be read. */
  isDamaged?: boolean | undefined;
  /** Whether it is a list's first page from TMDB, whose other pages were requested a moment ago. */
  isPartial?: boolean | undefined;
};

/** The outcome of a live call, as the memory tier keeps it for a moment. */
export type LiveOutcome<T> =
  | { kind: 'ok'; found: T[]; empty?: EmptyList | undefined; isPartial?: boolean }
  | { kind: 'absent' }
  | ({ kind: 'unavailable' } & Problem);

/** How long the outcome of a live call is shared that has brought titles; by then they are in memory. */
export const liveKeptMs = 1_000;

/** What is kept of a live call that has brought nothing: an absence for longer than a fault. */
export function keptLoss(
  answer: Exclude<LiveAnswer<unknown>, { kind: 'ok' }>,
  { reader: { memory, live } }: Settings,
): Kept<LiveOutcome<never>> {
  return { value: answer, keepMs: 1_000 * (answer.kind === 'absent' ? memory.absentSeconds : live.failureSeconds) };
}

/** Nothing found, and perhaps why. */
export function nothing<T>(problem: Problem | undefined): TierRead<T> {
  return { found: [], from: 'none', absent: false, ...(problem && { problem }) };
}

/** Why nothing was found where TMDB is not asked. */
export function notCached(
  what: 'list' | 'title',
  { isDamaged = false }: Pick<TierRead<unknown>, 'isDamaged'>,
): Problem {
  return isDamaged
    ? { code: 'not_cached', detail: `what the table holds of this ${what} is damaged`, cause: 'row_damaged' }
    : { code: 'not_cached', detail: `the table holds no such ${what}` };
}

/** Whether memory or the table had it. */
export function originOf(got: Got<unknown>): Origin {
  return got.how === 'loaded' ? 'table' : 'memory';
}

/** The problem of a load that failed and was answered with an older value. */
export function problemOf(got: Got<unknown>): Problem | undefined {
  if (got.how !== 'failed') {
    return undefined;
  }
  const { detail, ...problem } = toProblem(got.error);
  return { ...problem, code: 'table_unavailable', detail: `${detail}; this is what was read before` };
}

/** An error as an application is told of it. */
export function toProblem(error: unknown): Problem {
  const code = error instanceof PipelineError ? error.code : 'unexpected';
  const problem = { code, detail: messageOf(error) };
  return error instanceof TableUnavailableError ? { ...problem, cause: error.failure.code } : problem;
}

/** The outcome of a live call as a read; `before` is the problem of the tiers before it. */
export function readOfLive<T>(outcome: LiveOutcome<T>, before: Problem | undefined): TierRead<T> {
  switch (outcome.kind) {
    case 'ok':
      return {
        ...nothing<T>(before),
        found: outcome.found,
        empty: outcome.empty,
        isPartial: outcome.isPartial,
        from: outcome.found.length === 0 && outcome.empty === undefined ? 'none' : 'tmdb',
      };
    case 'absent':
      return { ...nothing<T>(before), absent: true };
    case 'unavailable':
      return nothing<T>(before ?? { code: outcome.code, detail: outcome.detail });
  }
}
