/** Step 2 of 4: what each page that could be fetched is worth: the reads that would get outdated content if it is not fetched. */
import type { LearnedDemand } from '../demand/learned-demand.ts';
import { hourMs, msFromIso } from '../shared/core/clock.ts';
import { type Feed, feedId, globalRegion } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { type FeedHead, feedHeadId, isAnswered, newestAnswer } from '../shared/tables/feed-head.ts';
import type { PlannedFeed } from './base-plan.ts';
import { amount, type Keep, type ScoredPages } from './budget.ts';
import type { Collected } from './collect.ts';

/** What pages are scored by. */
type Outlook = Collected & { demand: LearnedDemand; settings: Settings };

/** Scores what is due, page by page, and what warming proposes. */
export function score(collected: Collected, demand: LearnedDemand, settings: Settings): ScoredPages[] {
  const outlook = { ...collected, demand, settings };
  return [...scoreDue(outlook), ...scoreProposed(outlook)];
}

/** Each feed, and one by one the pages beyond those that a schedule keeps of it. */
function scoreDue(outlook: Outlook): ScoredPages[] {
  return outlook.due.flatMap((one) => {
    const base = {
      ...atRisk(one.feed, one.pages, outlook),
      fromPage: 1,
      toPage: one.pages,
      keep: keepOf(one, outlook),
    };
    const why = base.keep === 'always' ? one.why : `${one.why}: ${explained(base)}`;
    return [{ ...base, feed: one.feed, why }, ...scoreDeeper(one, outlook)];
  });
}

/** What no schedule keeps: read before, or proposed by day-part or season. */
function scoreProposed(outlook: Outlook): ScoredPages[] {
  const { planner } = outlook.settings;
  return outlook.proposed.flatMap(({ feed, why, trial }) => {
    const risk = atRisk(feed, 1, outlook);
    if (risk.reads === 0 && !(trial && !outlook.demand.planned(feed) && isStale(feed, outlook))) {
      return [];
    }
    // Exactly the lowest worth at which a page is fetched.
    const tried = { reads: planner.adaptive.leastReads, changedShare: 1 };
    const known = outlook.demand.readsSoFar(feedId(feed)) > 0;
    const worth = trial && !known ? tried : risk;
    const because = trial && !known ? `${why}: tried once a week` : `${why}: ${explained(risk)}`;
    return [{ ...worth, feed, fromPage: 1, toPage: 1, keep: 'warming' as const, why: because }];
  });
}

/**
 * The base plan's minimum is world-wide; a region is kept for as long as too little is known of it. A list that TMDB served empty is
 * fetched again even if nobody reads it: usually it is an error of TMDB, and it costs one page a run until the old list has expired.
 */
function keepOf({ feed }: PlannedFeed, { schedule, heads, demand }: Outlook): Keep {
  if (schedule === 'refresh') {
    const head = heads.get(feedHeadId(feed));
    if (head?.lastOutcome === 'empty' && !isAnswered(head)) {
      return 'always';
    }
    return head !== undefined || demand.planned(feed) ? 'demand' : 'always';
  }
  return feed.region === globalRegion || !demand.planned(feed) ? 'always' : 'demand';
}

function scoreDeeper({ feed, pages }: PlannedFeed, outlook: Outlook): ScoredPages[] {
  const deeper = outlook.demand.deeperShare(feed);
  const { maxPages } = outlook.settings.planner.adaptive;
  return Array.from({ length: Math.max(0, maxPages - pages) }, (_, index) => {
    const page = pages + 1 + index;
    const { reads, changedShare } = atRisk(feed, page, outlook);
    const asked = reads * deeper ** (page - 1);
    return {
      feed,
      fromPage: page,
      toPage: page,
      keep: 'demand' as const,
      reads: asked,
      changedShare,
      why: `${amount(asked)} reads`,
    };
  }).filter(({ reads }) => reads > 0);
}

/** Reads until the end of the outlook that would find the feed's page `page` stale or absent, and the share of it that will have changed. */
function atRisk(
  feed: Feed,
  page: number,
  { nowMs, untilMs, heads, demand }: Outlook,
): { reads: number; changedShare: number } {
  const head = heads.get(feedHeadId(feed));
  // A head past its hard TTL may still lie there: DynamoDB deletes late.
  if (head === undefined || page > head.pages || head.expiration * 1_000 <= nowMs) {
    return { reads: demand.reads(feed, nowMs, untilMs), changedShare: 1 };
  }
  const missing = missingShare(head);
  const fromMs = missing > 0 ? nowMs : Math.max(nowMs, msFromIso(head.freshUntil));
  if (fromMs >= untilMs) {
    return { reads: 0, changedShare: 0 };
  }
  const middleHours = ((fromMs + untilMs) / 2 - msFromIso(head.fetchedAt)) / hourMs;
  return {
    reads: demand.reads(feed, fromMs, untilMs),
    changedShare: Math.max(missing, demand.changed(feed, middleHours)),
  };
}

/** The share of a list that is missing. A list that is shorter than asked for, or empty, lacks nothing. */
function missingShare(head: FeedHead): number {
  if (!isAnswered(head) || newestAnswer(head).snapshot !== head.snapshot) {
    return 1;
  }
  return head.lastOutcome === 'partial' ? 1 - head.pagesApplied.length / Math.max(1, head.pages) : 0;
}

function isStale(feed: Feed, { heads, untilMs }: Outlook): boolean {
  const head = heads.get(feedHeadId(feed));
  return head === undefined || msFromIso(head.freshUntil) < untilMs;
}

function explained({ reads, changedShare }: { reads: number; changedShare: number }): string {
  return `${amount(reads)} reads expected, ${Math.round(changedShare * 100)} % of it changed`;
}
