/** A history as data: what its seed has drawn, so that it can be printed, shortened and played again. */
import type { TitleRef } from '../../../src/reader/reader-api.ts';
import type { Feed, MediaType } from '../../../src/shared/core/feed.ts';
import type { ScheduleName } from '../../../src/shared/settings/schedule.ts';
import type { Faults } from './faults.ts';

export type InjectedMessage = 'not-json' | 'unknown-version' | 'old' | 'newer' | 'twins';
export type OutageKind = 'refuses' | 'answers 503' | 'hangs';

/** Something that happens at `atMs` of virtual time since the start. */
export type Act = { atMs: number } & (
  | { act: 'schedule'; schedule: ScheduleName; deliveries: number; lateMs: number }
  | { act: 'ad-hoc'; id: string; feed: Feed; pages: number; force: boolean; deliveries: number }
  | { act: 'list'; feed: Feed; limit: number; reader: number }
  | { act: 'title'; id: number; language: string; reader: number }
  /** Asks for a title with everything that is kept of it. */
  | { act: 'whole-title'; mediaType: MediaType; id: number }
  | { act: 'outage'; kind: OutageKind; forMs: number }
  | { act: 'token'; isMissing: boolean; forMs: number }
  | { act: 'limit'; perSecond: number; forMs: number }
  | { act: 'inject'; queue: 'jobs' | 'items'; what: InjectedMessage }
  | { act: 'replay'; queue: 'jobs' | 'items'; diesAfterMs: number | undefined }
  | { act: 'sweep' }
  /** Keeps `waiting` jobs on the fetch queue. */
  | { act: 'fill'; waiting: number; forMs: number }
  | {
      act: 'recommend';
      media: MediaType | 'all';
      limit: number;
      seen: readonly TitleRef[];
      liked: readonly TitleRef[];
      reader: number;
    }
);

export type ListAct = Extract<Act, { act: 'list' }>;
export type RecommendAct = Extract<Act, { act: 'recommend' }>;

/** What the settings of a history are, beside the defaults. */
export type World = {
  requestsPerSecond: number;
  /** Rows of a TMDB page. */
  rowsPerPage: number;
  german: boolean;
  /** Whether there is an own feed. */
  own: boolean;
  /** Whether readers may call TMDB. */
  live: boolean;
};

export type HistoryPlan = { seed: number; faults: Faults; world: World; acts: readonly Act[] };
