import type { QueueDepth } from '../../shared/queues/message-source.ts';
import type { FeedTrouble } from '../../shared/tables/feed-trouble.ts';

/** Something that an operator should look at; `code` is a stable word. */
export type Trouble = {
  code:
    | 'backlog'
    | 'breaker-open'
    | 'calls-paused'
    | 'dead-letters'
    | `feed-${FeedTrouble['outcome']}`
    | 'feeds-expired'
    | 'feeds-stale';
  text: string;
};

type Depth = Awaited<ReturnType<QueueDepth['read']>>;

/** What of a status may tell of trouble; feeds stand stalest first. */
export type TroubleSigns = {
  breaker: { state: 'open' | 'closed'; reason?: string; detail?: string; since?: string };
  rate: { pausedUntil: string | null; perSecond: number; limitPerSecond: number };
  queues: Record<'fetch' | 'items', { queue: Depth; deadLetters: Depth }> | null;
  feeds: readonly { feed: string; state: 'fresh' | 'stale' | 'expired' | 'absent' }[];
};

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
  return [...(breaker.state === 'open' ? [open] : []), ...(rate.pausedUntil === null ? [] : [paused])];
}

/**
 * SQS tells no message's age, and only CloudWatch keeps it (the alarms on the oldest message). The counts tell the least that it can be:
 * jobs leave their queue, and pages come into theirs, no faster than TMDB is called.
 */
function ofBacklogs({ queues, rate }: TroubleSigns): Trouble[] {
  if (queues === null) {
    return [];
  }
  const jobs = queues.fetch.queue.visible + queues.fetch.queue.delayed;
  const pages = queues.items.queue.visible;
  const jobsSeconds = jobs / rate.perSecond;
  const pagesSeconds = pages / rate.limitPerSecond;
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
