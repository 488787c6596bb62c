/**
 * Step 3 of 4: which of the scored pages an occurrence fetches: those with the most expected reads of changed content for what they cost,
 * within the occurrence's budget. What the base plan must have comes first and is never cut; what only warms comes last.
 */
import { type Feed, feedId } from '../shared/core/feed.ts';
import { writeUnitsOfPage } from '../shared/cost/run-cost.ts';
import type { ScheduleName } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { PlannedFeed } from './base-plan.ts';

/** `always`: the base plan's minimum. `demand`: kept by a schedule, fetched when it is worth it. `warming`: in no schedule. */
export type Keep = 'always' | 'demand' | 'warming';

/** Pages of a feed, the last one included, that are chosen together or not at all. */
export type ScoredPages = {
  feed: Feed;
  fromPage: number;
  toPage: number;
  keep: Keep;
  /** Reads that would be answered stale or not at all before the next refresh, were this not fetched. */
  reads: number;
  /** Share of the content that will have changed by then, 0 to 1; 1 where nothing is in the table. */
  changedShare: number;
  why: string;
};

/** What an occurrence may spend. `writeUnits` are DynamoDB's; `leastReads` is what a fetch must be worth. */
type PlanBudget = { pages: number; writeUnits: number; leastReads: number };

/** A feed of the plan, best first within its kind. `warming`: nobody but warming asked for it. */
export type ChosenFeed = PlannedFeed & { keep: Keep };

/** A refresh takes no more of a day than this, so that a quiet night leaves something for the morning. */
const mostOfDay = 1 / 3;

/** What a page must be worth at the least, as a share of what it must be when the day's budget is spent. */
const leastPrice = 1 / 4;

/**
 * What the runs of the last 24 hours have left of a day's budget: whatever asked for their pages, ad-hoc runs too. The less is left,
 * the more a page must be worth.
 */
export function budgetOf(schedule: ScheduleName, pagesOfDay: number, { planner }: Settings): PlanBudget {
  const { pagesPerDay, writeUnitsPerDay, leastReads } = planner.adaptive;
  const { most: pages, price } = partOfDay(schedule, pagesPerDay, pagesOfDay, leastReads);
  return { pages, writeUnits: (writeUnitsPerDay * pages) / pagesPerDay, leastReads: price };
}

/** The same for calls for whole titles. `leastWorth`: what fetching one early must be worth, in reads a day. */
export function titleBudgetOf(
  schedule: ScheduleName,
  callsOfDay: number,
  { details: { callsPerDay }, planner }: Settings,
): { calls: number; callsLeft: number; leastWorth: number } {
  const { most, left, price } = partOfDay(schedule, callsPerDay, callsOfDay, planner.adaptive.leastReads);
  return { calls: most, callsLeft: left, leastWorth: price };
}

/** What an occurrence may take of a budget of `perDay`, of which `spent` are gone, and the price at which it buys. */
function partOfDay(
  schedule: ScheduleName,
  perDay: number,
  spent: number,
  fullPrice: number,
): { most: number; left: number; price: number } {
  const left = Math.max(0, perDay - Math.ceil(spent));
  const most = schedule === 'refresh' ? Math.min(left, Math.floor(perDay * mostOfDay)) : left;
  const price = Math.round(fullPrice * Math.max(leastPrice, 1 - left / Math.max(1, perDay)) * 1_000) / 1_000;
  return { most, left, price };
}

/** Chooses the pages that are worth most; says of each that was left out why, in one line. Of warming's proposals it says nothing. */
export function choose(scored: readonly ScoredPages[], budget: PlanBudget): { feeds: ChosenFeed[]; leftOut: string[] } {
  const chosen: ScoredPages[] = [];
  const leftOut: string[] = [];
  const left = { pages: budget.pages, writeUnits: budget.writeUnits };
  for (const one of ranked(scored, budget)) {
    const refusal = whyNot(one, chosen, left, budget);
    if (refusal === undefined) {
      chosen.push(one);
      left.pages -= countOf(one);
      left.writeUnits -= writeUnitsOf(one);
    } else if (one.keep !== 'warming') {
      leftOut.push(`${named(one)}: ${refusal}`);
    }
  }
  return { feeds: byFeed(chosen), leftOut };
}

/** Expected reads of changed content. */
function worth({ reads, changedShare }: ScoredPages): number {
  return reads * changedShare;
}

const order: Record<Keep, number> = { always: 0, demand: 1, warming: 2 };

/**
 * By kind, then by value for the share of the budget that it takes; what is equal stays in the given order. A deeper page comes
 * after those before it, however much it is worth.
 */
function ranked(scored: readonly ScoredPages[], budget: PlanBudget): ScoredPages[] {
  const costOf = (one: ScoredPages) =>
    countOf(one) / Math.max(1, budget.pages) + writeUnitsOf(one) / Math.max(1, budget.writeUnits);
  const ranks = new Map<ScoredPages, number>();
  const least = new Map<string, number>();
  for (const one of [...scored].sort((a, b) => a.fromPage - b.fromPage)) {
    const id = feedId(one.feed);
    const own = one.keep === 'always' ? Number.POSITIVE_INFINITY : worth(one) / costOf(one);
    const rank = Math.min(own, least.get(id) ?? Number.POSITIVE_INFINITY);
    least.set(id, rank);
    ranks.set(one, rank);
  }
  const rankOf = (one: ScoredPages) => ranks.get(one) ?? 0;
  return [...scored].sort((a, b) => {
    const byRank = rankOf(a) === rankOf(b) ? 0 : rankOf(b) - rankOf(a);
    return order[a.keep] - order[b.keep] || byRank || a.fromPage - b.fromPage;
  });
}

function whyNot(
  one: ScoredPages,
  chosen: readonly ScoredPages[],
  left: { pages: number; writeUnits: number },
  budget: PlanBudget,
): string | undefined {
  if (one.keep === 'always') {
    return undefined;
  }
  const value = worth(one);
  if (value < budget.leastReads) {
    return `${amount(value)} reads of changed content expected (${one.why}), below ${budget.leastReads}`;
  }
  if (one.fromPage > 1 && !chosen.some(({ feed }) => feedId(feed) === feedId(one.feed))) {
    return 'the pages before it are not fetched';
  }
  if (countOf(one) > left.pages || writeUnitsOf(one) > left.writeUnits) {
    return `worth ${amount(value)} reads of changed content, but the occurrence's budget is spent (${budget.pages} pages, ${Math.round(budget.writeUnits)} write units)`;
  }
  return undefined;
}

/** Pages of one feed become one: as deep as the deepest that was chosen. */
function byFeed(chosen: readonly ScoredPages[]): ChosenFeed[] {
  const feeds = new Map<string, ChosenFeed>();
  for (const { feed, toPage, keep, why } of chosen) {
    const known = feeds.get(feedId(feed));
    feeds.set(
      feedId(feed),
      known === undefined
        ? { feed, pages: toPage, keep, why }
        : { ...known, pages: Math.max(known.pages, toPage), why: `${known.why}; to page ${toPage}: ${why}` },
    );
  }
  return [...feeds.values()].map((one) => ({ ...one, why: one.why.slice(0, 300) }));
}

function countOf({ fromPage, toPage }: ScoredPages): number {
  return toPage - fromPage + 1;
}

function writeUnitsOf(one: ScoredPages): number {
  return countOf(one) * writeUnitsOfPage(one.changedShare);
}

function named({ feed, fromPage, toPage }: ScoredPages): string {
  const pages = fromPage === toPage ? fromPage : `${fromPage} to ${toPage}`;
  return fromPage === 1 ? feedId(feed) : `page ${pages} of ${feedId(feed)}`;
}

/** A number of reads, short. */
export function amount(reads: number): string {
  return reads >= 10 ? String(Math.round(reads)) : String(Number(reads.toFixed(2)));
}
