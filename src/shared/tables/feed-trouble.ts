import { type FeedHead, holdsList, isAnswered, newestAnswer, type PageWithout } from './feed-head.ts';

/** A feed of which TMDB's newest answer was no list that could be stored, or not a whole one. */
export type FeedTrouble = {
  feed: string;
  /** Of the list, or of its first page without titles. */
  outcome: PageWithout['outcome'];
  /** When it was answered so, ISO 8601 UTC. */
  at: string;
  /** One sentence, which ends in what is served meanwhile. */
  detail: string;
};

const pagesNamed = 3;

/** What is wrong with a feed at `nowMs`; `undefined` where the newest answer stands whole, be it an empty list, or is still coming. */
export function feedTrouble(head: FeedHead, nowMs: number): FeedTrouble | undefined {
  const { feed, lastOutcome } = head;
  const { at, without } = newestAnswer(head);
  if (lastOutcome === 'complete' || (lastOutcome === 'empty' && isAnswered(head))) {
    return undefined;
  }
  if (lastOutcome === 'partial') {
    const [first] = without;
    return first && { feed, outcome: first.outcome, at, detail: detailOf(describePages(without), served(head, nowMs)) };
  }
  const said = describeList(without[0] ?? { page: 1, outcome: lastOutcome, absence: undefined });
  return { feed, outcome: lastOutcome, at, detail: detailOf(said, served(head, nowMs)) };
}

function detailOf(said: string, served: string): string {
  return `${said}; ${served}, and the next refresh asks again`;
}

function served(head: FeedHead, nowMs: number): string {
  if (head.newest === undefined && head.pagesApplied.length > 0 && head.lastOutcome !== 'partial') {
    // A build before this one noted no more than that: the list that it tells of may be the one before, or none.
    return 'what stands in the table is not noted';
  }
  const isExpired = nowMs >= head.expiration * 1_000;
  if (isExpired || !holdsList(head)) {
    return 'nothing is in the table';
  }
  return head.pagesApplied.length > 0
    ? `the list of ${head.snapshot} stands until its hard TTL`
    : 'an empty list is in the table';
}

/** `page 2 was not found (tmdb_34: …)`, each page by itself: what waiting for a run says of a list that is there in part. */
export function describePages(without: readonly PageWithout[]): string {
  const said = { empty: 'came empty', rejected: 'came without a row that could be read', 'not-found': 'was not found' };
  const pages = without
    .slice(0, pagesNamed)
    .map(({ page, outcome, absence }) => `page ${page} ${said[outcome]}${words(absence)}`);
  const more = without.length - pages.length;
  return `${pages.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function describeList({ outcome, absence }: PageWithout): string {
  return {
    empty: 'TMDB answered with an empty list',
    rejected: 'none of the rows that TMDB sent could be read',
    'not-found': `TMDB does not know this list${words(absence)}`,
  }[outcome];
}

function words(absence: PageWithout['absence']): string {
  return absence === undefined ? '' : ` (${absence.code}: ${absence.detail})`;
}
