import { notConfigured } from '../core/feed-rules.ts';
import { type FeedHead, holdsList, isAnswered, newestAnswer, type PageWithout } from './feed-head.ts';

/** A feed whose newest answer from TMDB could not be stored as a list, or only in part. */
export type FeedTrouble = {
  feed: string;
  /** Outcome of the list, or of its first page without titles. */
  outcome: PageWithout['outcome'];
  /** When TMDB gave this answer, ISO 8601 UTC. */
  at: string;
  /** One sentence, which also says what is served until the next refresh. */
  detail: string;
};

const pagesNamed = 3;

/** What is wrong with a feed at `nowMs`; `undefined` if the newest answer is stored completely (also an empty list) or still in flight. */
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
  const [first = { page: 1, outcome: lastOutcome, absence: undefined }] = without;
  // Readers refuse a feed that their settings do not have, whatever the table holds of it.
  const detail =
    first.absence?.code === notConfigured
      ? detailOf(
          describeList(first),
          served(head, nowMs, 'stays in the table'),
          'and nobody asks again before the settings have it',
        )
      : detailOf(describeList(first), served(head, nowMs));
  return { feed, outcome: lastOutcome, at, detail };
}

function detailOf(said: string, served: string, again = 'and the next refresh asks again'): string {
  return `${said}; ${served}, ${again}`;
}

function served(head: FeedHead, nowMs: number, stays = 'is served'): string {
  if (head.newest === undefined && head.pagesApplied.length > 0 && head.lastOutcome !== 'partial') {
    // A head of an earlier build does not say whether the table still holds the previous list.
    return 'an earlier version did not record what the table holds';
  }
  const isExpired = nowMs >= head.expiration * 1_000;
  if (isExpired || !holdsList(head)) {
    return 'nothing is in the table';
  }
  return head.pagesApplied.length > 0
    ? `the list of ${head.snapshot} ${stays} until its hard TTL`
    : 'an empty list is in the table';
}

/** `page 2 was not found (tmdb_34: …)`, page by page, for a list that is stored in part. */
export function describePages(without: readonly PageWithout[]): string {
  const said = { empty: 'was empty', rejected: 'had no row that could be read', 'not-found': 'was not found' };
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
    'not-found': absence?.code === notConfigured ? absence.detail : `TMDB does not know this list${words(absence)}`,
  }[outcome];
}

function words(absence: PageWithout['absence']): string {
  return absence === undefined ? '' : ` (${absence.code}: ${absence.detail})`;
}
