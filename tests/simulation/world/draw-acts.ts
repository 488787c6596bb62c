import { hourMs, minuteMs } from '../../../src/shared/core/clock.ts';
import type { Feed } from '../../../src/shared/core/feed.ts';
import type { Act, World } from './history-plan.ts';
import type { Draws } from './random-stream.ts';

/** How long a history may be: most of it is waiting, which costs nothing. */
const spansMs = [5 * minuteMs, 40 * minuteMs, 7 * hourMs, 30 * hourMs, 100 * hourMs];

const globalFeeds: Feed[] = [
  { category: 'popular', media: 'movie', region: 'global', language: 'en-US' },
  { category: 'popular', media: 'tv', region: 'global', language: 'en-US' },
  { category: 'trending', media: 'movie', region: 'global', language: 'en-US' },
  { category: 'trending', media: 'all', region: 'global', language: 'en-US' },
  { category: 'hidden_gems', media: 'movie', region: 'global', language: 'en-US' },
];
const ownFeed: Feed = { category: 'custom_own', media: 'movie', region: 'global', language: 'de-DE' };
const germanFeed: Feed = { category: 'popular', media: 'movie', region: 'DE', language: 'de-DE' };

/** A job is deferred about every 90 s while TMDB is away. */
const deferralMs = 90_000;

/** The acts of a history, in the order of their time. `forking`: how probable it is that a deferral leaves two copies of its job. */
export function drawActs(draws: Draws, world: World, forking: number): Act[] {
  const spanMs = draws.pick(spansMs);
  const feeds = [...globalFeeds, ...(world.german ? [germanFeed] : []), ...(world.own ? [ownFeed] : [])];
  const times = (least: number, most: number) =>
    Array.from({ length: draws.whole(least, most) }, () => Math.round(draws.next() ** 2 * spanMs));
  const acts = [
    drawRun(draws, feeds, 0),
    ...times(0, 2).map((atMs) => drawRun(draws, feeds, atMs)),
    ...times(2, 9).map((atMs) => drawRead(draws, feeds, atMs)),
    ...times(0, 2).flatMap((atMs) => drawTrouble(draws, Math.min(spanMs, (2 * deferralMs) / forking), atMs)),
    ...(draws.chance(0.25) ? drawStorm(draws, feeds) : []),
    ...times(0, 2).map((atMs): Act => ({ act: 'inject', atMs, ...drawInjected(draws) })),
    ...times(0, 2).map((atMs) => drawReplay(draws, spanMs - atMs)),
    ...times(0, 1).flatMap((atMs) => drawRush(draws, feeds, spanMs - atMs)),
    ...(draws.chance(0.2) ? times(1, 1).map((atMs): Act => ({ act: 'sweep', atMs })) : []),
  ];
  return acts.sort((a, b) => a.atMs - b.atMs);
}

function drawRun(draws: Draws, feeds: readonly Feed[], atMs: number): Act {
  const deliveries = draws.chance(0.3) ? 2 : 1;
  if (draws.chance(0.5)) {
    const schedule = draws.pick(['daily', 'daily', 'weekly', 'refresh'] as const);
    return {
      act: 'schedule',
      atMs,
      schedule,
      deliveries,
      lateMs: draws.chance(0.3) ? draws.whole(0, 20 * minuteMs) : 0,
    };
  }
  const feed = draws.pick(feeds);
  const id = `request-${draws.whole(1, 1e6)}`;
  return { act: 'ad-hoc', atMs, id, feed, pages: draws.whole(1, 3), force: draws.chance(0.3), deliveries };
}

/** Both readers want the same list, at about the same time. */
function drawRush(draws: Draws, feeds: readonly Feed[], atMs: number): Act[] {
  const feed = draws.pick(feeds);
  return Array.from({ length: draws.whole(2, 4) }, (_, place): Act => {
    return { act: 'list', atMs: atMs + draws.whole(0, 3_000), feed, limit: 20, reader: place % 2 };
  });
}

/** Half of the operators' commands die on the way. */
function drawReplay(draws: Draws, atMs: number): Act {
  const diesAfterMs = draws.chance(0.5) ? draws.whole(0, 1_000) : undefined;
  return { act: 'replay', atMs, queue: draws.pick(['jobs', 'items']), diesAfterMs };
}

function drawRead(draws: Draws, feeds: readonly Feed[], atMs: number): Act {
  const reader = draws.whole(0, 1);
  if (draws.chance(0.7)) {
    return { act: 'list', atMs, feed: draws.pick(feeds), limit: draws.pick([1, 3, 20, 40]), reader };
  }
  return { act: 'title', atMs, id: draws.pick([1, 2, 3, 4, 999]), language: 'en-US', reader };
}

/**
 * An outage rarely outlasts the age at which jobs are given up. `mostMs` keeps it short where copies multiply: with forks at every
 * sixth deferral, two hundred deferrals would make a job trillions.
 */
function drawTrouble(draws: Draws, mostMs: number, atMs: number): Act[] {
  const longMs = draws.chance(0.1) ? 7 * hourMs : 40 * minuteMs;
  const forMs = Math.round(draws.next() * Math.min(longMs, mostMs));
  const roll = draws.next();
  if (roll < 0.4) {
    return [{ act: 'outage', atMs, kind: draws.pick(['refuses', 'answers 503', 'hangs']), forMs }];
  }
  if (roll < 0.5) {
    return [{ act: 'token', atMs, isMissing: draws.chance(0.5), forMs }];
  }
  return roll < 0.8 ? [{ act: 'limit', atMs, perSecond: draws.pick([1, 3, 8]), forMs }] : [];
}

/** TMDB goes away as a run begins, and more runs come in while the breaker is open: they meet where a trial is due. */
function drawStorm(draws: Draws, feeds: readonly Feed[]): Act[] {
  const kind = draws.pick(['refuses', 'answers 503'] as const);
  const runs = Array.from({ length: 3 }, () => drawRun(draws, feeds, draws.whole(10_000, 90_000)));
  const forMs = draws.whole(20_000, 120_000);
  const isToken = draws.chance(0.3);
  const isMissing = draws.chance(0.5);
  return [isToken ? { act: 'token', atMs: 0, isMissing, forMs } : { act: 'outage', atMs: 0, kind, forMs }, ...runs];
}

function drawInjected(draws: Draws) {
  return {
    queue: draws.pick(['jobs', 'items'] as const),
    what: draws.pick(['not-json', 'unknown-version', 'old', 'newer', 'twins'] as const),
  };
}
