/** What a stack is doing now, from what was read of it. Pure: the same readings give the same status. */
import { isoFromMs, msFromIso } from '../../shared/core/clock.ts';
import { nextOccurrenceMs, type ScheduleName, scheduleNames } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type FeedHead, type FeedOutcome, headAt, holdsList, newestAnswer } from '../../shared/tables/feed-head.ts';
import { type FeedTrouble, feedTrouble } from '../../shared/tables/feed-trouble.ts';
import { freshnessScore } from '../../shared/tables/row-life.ts';
import type { BreakerRecord } from '../../shared/throttle/breaker-record.ts';
import { type RateState, rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import { describeRate, type RateStatus } from './describe-rate.ts';
import type { TitleStatus } from './title-status.ts';
import type { Depth } from './why-waiting.ts';

/** What was read; without queues where there are only tables. */
export type Readings = {
  queues: Record<'fetch' | 'items', { queue: Depth; deadLetters: Depth }> | undefined;
  breaker: BreakerRecord | undefined;
  rate: RateState;
  heads: readonly FeedHead[];
  /** Of whole titles; without it the settings keep none. */
  titles?: TitleStatus | undefined;
};

/** A feed's state: `expired` is past its hard TTL, `absent` has nothing in the table. `outcome` is that of TMDB's newest answer. */
type FeedStatus = {
  feed: string;
  snapshot: string;
  pages: string;
  fetchedAt: string;
  ageSeconds: number;
  freshness: number;
  state: 'fresh' | 'stale' | 'expired' | 'absent';
  outcome: FeedOutcome;
  /** When that answer came. */
  answeredAt: string;
  /** The first occurrence after its soft TTL, or after now: it fetches the feed if the plan can afford it. */
  nextRefresh: string;
};

/** What `status` tells. */
export type Status = {
  at: string;
  /** What is wrong, the worst first. */
  troubles: Trouble[];
  queues: NonNullable<Readings['queues']> | null;
  breaker: { state: 'open' | 'closed'; reason?: string; detail?: string; since?: string };
  rate: RateStatus;
  next: Record<ScheduleName, string>;
  /** `null` where the settings keep no details. */
  titles: TitleStatus | null;
  feeds: FeedStatus[];
};

/** Something that an operator should look at; `code` is a stable word. */
type Trouble = {
  code:
    | 'backlog'
    | 'breaker-open'
    | 'calls-paused'
    | 'ceiling-low'
    | 'dead-letters'
    | `feed-${FeedTrouble['outcome']}`
    | 'feeds-expired'
    | 'feeds-stale';
  text: string;
};

/** Puts a status together, the stalest feed first. */
export function describeStatus(readings: Readings, settings: Settings, nowMs: number): Status {
  const { breaker, rate, heads } = readings;
  const feeds = heads
    .map((head) => ({ ...describeFeed(head, nowMs), nextRefresh: nextRefreshOf(head, settings, nowMs) }))
    .sort((a, b) => a.freshness - b.freshness || (a.feed < b.feed ? -1 : 1));
  const status = {
    at: isoFromMs(nowMs),
    queues: readings.queues ?? null,
    breaker:
      breaker === undefined
        ? { state: 'closed' }
        : { state: breaker.state, reason: breaker.reason, detail: breaker.detail, since: breaker.since },
    rate: describeRate(rate, rateLimitsOf(settings), nowMs),
    next: Object.fromEntries(
      scheduleNames.map((name) => [name, isoFromMs(nextOccurrenceMs(name, nowMs, settings.schedules))]),
    ) as Record<ScheduleName, string>,
    titles: readings.titles ?? null,
    feeds,
  } satisfies Omit<Status, 'troubles'>;
  const { at, ...rest } = status;
  return { at, troubles: findTroubles(status, troublesOf(heads, nowMs)), ...rest };
}

/** What a feed's head says at `nowMs`. */
export function describeFeed(head: FeedHead, nowMs: number): Omit<FeedStatus, 'nextRefresh'> {
  const fetchedMs = msFromIso(head.fetchedAt);
  const expiresMs = head.expiration * 1_000;
  return {
    feed: head.feed,
    snapshot: head.snapshot,
    pages: `${head.pagesApplied.length}/${head.pages}`,
    fetchedAt: head.fetchedAt,
    ageSeconds: Math.max(0, Math.floor((nowMs - fetchedMs) / 1_000)),
    freshness: !holdsList(head) ? 0 : Math.round(freshnessScore(fetchedMs, expiresMs, nowMs) * 1e4) / 1e4,
    state: stateOf(head, nowMs),
    outcome: head.lastOutcome,
    answeredAt: newestAnswer(head).at,
  };
}

function nextRefreshOf(head: FeedHead, { schedules }: Settings, nowMs: number): string {
  const dueMs = Math.max(nowMs, msFromIso(headAt(head, nowMs).freshUntil) || nowMs);
  return isoFromMs(Math.min(...scheduleNames.map((name) => nextOccurrenceMs(name, dueMs, schedules))));
}

function stateOf(head: FeedHead, nowMs: number): FeedStatus['state'] {
  if (!holdsList(head)) {
    return 'absent';
  }
  if (nowMs >= head.expiration * 1_000) {
    return 'expired';
  }
  return nowMs >= msFromIso(headAt(head, nowMs).freshUntil) ? 'stale' : 'fresh';
}

/** Feeds that TMDB did not answer as it should have, by name. */
export function troublesOf(heads: readonly FeedHead[], nowMs: number): FeedTrouble[] {
  return heads.flatMap((head) => feedTrouble(head, nowMs) ?? []).sort((a, b) => (a.feed < b.feed ? -1 : 1));
}

/** The parts of a status that troubles are derived from; the stalest feed comes first. */
export type TroubleSigns = {
  breaker: { state: 'open' | 'closed'; reason?: string; detail?: string; since?: string };
  rate: Pick<RateStatus, 'pausedUntil' | 'perSecond' | 'configuredPerSecond' | 'ceilingPerSecond'>;
  queues: Record<'fetch' | 'items', { queue: Depth; deadLetters: Depth }> | null;
  feeds: readonly { feed: string; state: 'fresh' | 'stale' | 'expired' | 'absent' }[];
};

/** A rate at or below this share of the configured one is worth a look: TMDB documents a limit above the default rate. */
const lowShare = 0.5;
/** As the alarms on the oldest message of a queue. */
const longWaitSeconds = 1_800;

/** What is wrong, the worst first; `answers`: feeds that TMDB did not answer as it should have. Pure. */
export function findTroubles(signs: TroubleSigns, answers: readonly FeedTrouble[] = []): Trouble[] {
  return [
    ...ofCalls(signs),
    ...ofBacklogs(signs),
    ...ofQueues(signs),
    ...answers.map(ofAnswer),
    ...ofFeeds(signs, 'expired'),
    ...ofFeeds(signs, 'stale'),
  ];
}

function ofAnswer({ feed, outcome, at, detail }: FeedTrouble): Trouble {
  return { code: `feed-${outcome}`, text: `${feed}, ${at}: ${detail}` };
}

function ofCalls({ breaker, rate }: TroubleSigns): Trouble[] {
  const why = breaker.reason === undefined ? '' : ` since ${breaker.since} (${breaker.reason}: ${breaker.detail})`;
  const open = { code: 'breaker-open', text: `the breaker is open${why}: no calls are made` } as const;
  const paused = { code: 'calls-paused', text: `TMDB throttled: calls pause until ${rate.pausedUntil}` } as const;
  return [
    ...(breaker.state === 'open' ? [open] : []),
    ...(rate.pausedUntil === null ? [] : [paused]),
    ...ofCeiling(rate),
  ];
}

function ofCeiling({ ceilingPerSecond, perSecond, configuredPerSecond }: TroubleSigns['rate']): Trouble[] {
  if (ceilingPerSecond === null || perSecond > lowShare * configuredPerSecond) {
    return [];
  }
  const text = `TMDB refuses calls above ${ceilingPerSecond} a second: the rate is ${perSecond} of ${configuredPerSecond}`;
  return [{ code: 'ceiling-low', text }];
}

/**
 * SQS tells no message's age, and only CloudWatch keeps it (the alarms on the oldest message). A lower bound of it follows from the
 * counts: jobs leave their queue, and pages come into theirs, no faster than TMDB is called.
 */
function ofBacklogs({ queues, rate }: TroubleSigns): Trouble[] {
  if (queues === null) {
    return [];
  }
  const jobs = queues.fetch.queue.visible + queues.fetch.queue.delayed;
  const pages = queues.items.queue.visible;
  const jobsSeconds = jobs / rate.perSecond;
  const pagesSeconds = pages / rate.configuredPerSecond;
  return [
    ...(jobsSeconds >= longWaitSeconds
      ? [
          backlog(
            `${jobs} jobs wait in the fetch queue: the last for ${minutes(jobsSeconds)} more at ${rate.perSecond} calls a second`,
          ),
        ]
      : []),
    ...(pagesSeconds >= longWaitSeconds
      ? [backlog(`${pages} pages wait for the writer: the oldest for ${minutes(pagesSeconds)} at least`)]
      : []),
  ];
}

function backlog(text: string): Trouble {
  return { code: 'backlog', text };
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)} min`;
}

function ofQueues({ queues }: TroubleSigns): Trouble[] {
  return Object.entries(queues ?? {})
    .map(([name, { deadLetters }]) => ({
      name,
      count: deadLetters.visible + deadLetters.delayed + deadLetters.inFlight,
    }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => ({
      code: 'dead-letters',
      text: `${count} ${count === 1 ? 'dead letter' : 'dead letters'}: see \`dlq list ${name}\``,
    }));
}

function ofFeeds({ feeds }: TroubleSigns, state: 'expired' | 'stale'): Trouble[] {
  const [worst, ...others] = feeds.filter((feed) => feed.state === state);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return worst === undefined ? [] : [{ code: `feeds-${state}`, text: `${state}: ${worst.feed}${more}` }];
}
