/**
 * Which of the candidates an occurrence fetches: those with the most expected reads of changed content for what they cost, within
 * the occurrence's budget. What the base plan must have comes first and is never cut; what only warms comes last.
 */
import { type Feed, feedId, rowsPerPage } from '../shared/core/feed.ts';
import type { PlannedFeed } from './base-plan.ts';

/** `always`: the base plan's minimum. `demand`: kept by a schedule, fetched when it is worth it. `warming`: in no schedule. */
export type Keep = 'always' | 'demand' | 'warming';

/** Pages `from` to `pages` of a feed as one thing to choose. */
export type Candidate = {
  feed: Feed;
  from: number;
  pages: number;
  keep: Keep;
  /** Reads that would be answered stale or not at all before the next refresh, were this not fetched. */
  reads: number;
  /** Share of the content that will have changed by then, 0 to 1; 1 where nothing is in the table. */
  chance: number;
  why: string;
};

/** What an occurrence may spend. `writeUnits` are DynamoDB's; `leastReads` is what a fetch must be worth. */
export type PlanBudget = { pages: number; writeUnits: number; leastReads: number };

/** A feed of the plan, best first within its kind. `warming`: nobody but warming asked for it. */
export type ChosenFeed = PlannedFeed & { keep: Keep };

/** A page's row is always written, in the table and in its index; a title's where it changed. Source: docs/adr/0017. */
const unitsPerPageRow = 10;

/** Chooses; says of each candidate that was left out why, in one line. */
export function adaptivePlan(
  candidates: readonly Candidate[],
  budget: PlanBudget,
): { feeds: ChosenFeed[]; leftOut: string[] } {
  const chosen: Candidate[] = [];
  const leftOut: string[] = [];
  const left = { pages: budget.pages, writeUnits: budget.writeUnits };
  for (const candidate of ranked(candidates, budget)) {
    const refusal = whyNot(candidate, chosen, left, budget);
    if (refusal === undefined) {
      chosen.push(candidate);
      left.pages -= pagesOf(candidate);
      left.writeUnits -= writeUnitsOf(candidate);
    } else if (candidate.keep !== 'warming') {
      leftOut.push(`${named(candidate)}: ${refusal}`);
    }
  }
  return { feeds: byFeed(chosen), leftOut };
}

/** Expected reads of changed content. */
export function worth({ reads, chance }: Candidate): number {
  return reads * chance;
}

const order: Record<Keep, number> = { always: 0, demand: 1, warming: 2 };

/**
 * By kind, then by value for the share of the budget that it takes; what is equal stays in the given order. A deeper page comes
 * after those before it, however much it is worth.
 */
function ranked(candidates: readonly Candidate[], budget: PlanBudget): Candidate[] {
  const costOf = (candidate: Candidate) =>
    pagesOf(candidate) / Math.max(1, budget.pages) + writeUnitsOf(candidate) / Math.max(1, budget.writeUnits);
  const ranks = new Map<Candidate, number>();
  const least = new Map<string, number>();
  for (const candidate of [...candidates].sort((a, b) => a.from - b.from)) {
    const id = feedId(candidate.feed);
    const own = candidate.keep === 'always' ? Number.POSITIVE_INFINITY : worth(candidate) / costOf(candidate);
    const rank = Math.min(own, least.get(id) ?? Number.POSITIVE_INFINITY);
    least.set(id, rank);
    ranks.set(candidate, rank);
  }
  const rankOf = (candidate: Candidate) => ranks.get(candidate) ?? 0;
  return [...candidates].sort((a, b) => {
    const byRank = rankOf(a) === rankOf(b) ? 0 : rankOf(b) - rankOf(a);
    return order[a.keep] - order[b.keep] || byRank || a.from - b.from;
  });
}

function whyNot(
  candidate: Candidate,
  chosen: readonly Candidate[],
  left: { pages: number; writeUnits: number },
  budget: PlanBudget,
): string | undefined {
  if (candidate.keep === 'always') {
    return undefined;
  }
  const value = worth(candidate);
  if (value < budget.leastReads) {
    return `${amount(value)} reads of changed content expected (${candidate.why}), below ${budget.leastReads}`;
  }
  if (candidate.from > 1 && !chosen.some((one) => feedId(one.feed) === feedId(candidate.feed))) {
    return 'the pages before it are not fetched';
  }
  if (pagesOf(candidate) > left.pages || writeUnitsOf(candidate) > left.writeUnits) {
    return `worth ${amount(value)} reads of changed content, but the occurrence's budget is spent (${budget.pages} pages, ${Math.round(budget.writeUnits)} write units)`;
  }
  return undefined;
}

/** Pages of one feed become one: as deep as the deepest that was chosen. */
function byFeed(chosen: readonly Candidate[]): ChosenFeed[] {
  const feeds = new Map<string, ChosenFeed>();
  for (const { feed, pages, keep, why } of chosen) {
    const known = feeds.get(feedId(feed));
    feeds.set(
      feedId(feed),
      known === undefined
        ? { feed, pages, keep, why }
        : { ...known, pages: Math.max(known.pages, pages), why: `${known.why}; to page ${pages}: ${why}` },
    );
  }
  return [...feeds.values()].map((one) => ({ ...one, why: one.why.slice(0, 300) }));
}

function pagesOf({ from, pages }: Candidate): number {
  return pages - from + 1;
}

function writeUnitsOf(candidate: Candidate): number {
  return pagesOf(candidate) * (unitsPerPageRow + rowsPerPage * candidate.chance);
}

function named({ feed, from, pages }: Candidate): string {
  return from === 1 ? feedId(feed) : `page ${from === pages ? from : `${from} to ${pages}`} of ${feedId(feed)}`;
}

/** A number of reads, short. */
export function amount(reads: number): string {
  return reads >= 10 ? String(Math.round(reads)) : String(Number(reads.toFixed(2)));
}
