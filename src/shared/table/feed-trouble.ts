import { type FeedHead, isAnswered, newestAnswer } from './feed-head.ts';

/** A feed of which TMDB's newest answer was no list that could be stored. */
export type FeedTrouble = {
  feed: string;
  outcome: 'empty' | 'rejected' | 'not-found';
  /** When it was answered so, ISO 8601 UTC. */
  at: string;
  /** One sentence, which ends in what is served meanwhile. */
  detail: string;
};

/** What is wrong with a feed at `nowMs`; `undefined` where the newest answer stands, be it an empty list. */
export function feedTrouble(head: FeedHead, nowMs: number): FeedTrouble | undefined {
  const { lastOutcome: outcome, feed } = head;
  if (isAnswered(head) || outcome === 'complete' || outcome === 'partial') {
    return undefined;
  }
  const { at, absence } = newestAnswer(head);
  const said = {
    empty: 'TMDB answered with an empty list',
    rejected: 'none of the rows that TMDB sent could be read',
    'not-found': `TMDB does not know this list${absence === undefined ? '' : ` (${absence.code}: ${absence.detail})`}`,
  }[outcome];
  // A build before this one noted no more than that: the list that it tells of may be the one before, or none.
  if (head.newest === undefined && head.pagesApplied.length > 0) {
    const unknown = 'what stands in the table is not noted';
    return { feed, outcome, at, detail: `${said}; ${unknown}, and the next refresh asks again` };
  }
  const isExpired = nowMs >= head.expiration * 1_000;
  const stands =
    isExpired || (head.pagesApplied.length === 0 && head.emptyAs === undefined)
      ? 'nothing is in the table'
      : head.pagesApplied.length > 0
        ? `the list of ${head.snapshot} stands until its hard TTL`
        : 'an empty list is in the table';
  return { feed, outcome, at, detail: `${said}; ${stands}, and the next refresh asks again` };
}
