/** Which titles pass a filter: by their rows, and by their details where a row by itself does not decide. */
import { titleSubject } from '../../shared/tables/usage-store.ts';
import type { Aged } from '../provenance.ts';
import type { Problem, TitleRef } from '../reader-api.ts';
import { type FilteredRow, factsNeeded, passes } from './pass.ts';
import type { Filtered, TitleFacts, TitleFilter } from './title-filter.ts';

export type FactName = keyof TitleFacts;

/** What was read of titles. Keys are `movie/550`. */
export type FactsRead = {
  /** What is known now. A title whose details are unknown is not among them. */
  facts: ReadonlyMap<string, TitleFacts>;
  /** The lives of what is known of these facts, of all titles. */
  livesOf(facts: readonly FactName[]): Aged[];
  /** Whether the details of a title are missing or stale. */
  isDue: boolean;
  from: 'memory' | 'table';
  /** Why something could not be read, or is older than it should be. */
  problem?: Problem | undefined;
};

/** Reads facts. Never rejects. */
export type FactsReader = {
  /** The facts of titles in the first two tiers, of one country (ISO 3166-1 alpha-2). Of more than a thousand the first thousand. */
  read(refs: readonly TitleRef[], country: string): Promise<FactsRead>;
  /**
   * What memory has of them before its hard TTL, at once and however long ago it was read: the table is not asked. Scores do not change with
   * what a newer row would say.
   */
  known(refs: readonly TitleRef[], country: string): ReadonlyMap<string, TitleFacts>;
  /**
   * Requests the titles whose details are missing or stale, the first of them first: as whole titles, behind the answer, and as far as the
   * budget goes, to which each call adds a share of a request. Titles that memory does not have are left out: nobody has just read them.
   */
  askFor(refs: readonly TitleRef[], country: string): void;
};

/** What passes. `from` and `problem` are of the details that were looked at. */
export type PassingRows<R> = Pick<FactsRead, 'from' | 'problem'> & {
  /** In the order of all. */
  rows: R[];
  filtered: Filtered;
  /** The lives of the facts that were looked at. */
  lives: Aged[];
  /** Whether there are titles of which too little is known: more may pass at any time. */
  isLacking: boolean;
  /** What was read of a title; nothing of those that their row decides. */
  factsOf(ref: TitleRef): TitleFacts | undefined;
};

/** Filters titles. What is missing or stale of the details that were looked at is asked for behind the answer. Never rejects. */
export async function passingRows<R extends FilteredRow & TitleRef>(
  all: readonly R[],
  filter: TitleFilter,
  facts: Pick<FactsReader, 'read' | 'askFor'>,
): Promise<PassingRows<R>> {
  const byRow = all.map((row) => passes(row, undefined, filter));
  const open = all.filter((_row, index) => byRow[index] === 'unknown');
  const known = await facts.read(open, filter.country);
  const factsOf = ({ mediaType, id }: TitleRef) => known.facts.get(titleSubject(mediaType, id));
  const verdicts = all.map((row, index) =>
    byRow[index] === 'unknown' ? passes(row, factsOf(row), filter) : byRow[index],
  );
  const rows = all.filter((_row, index) => verdicts[index] === 'yes');
  const unknown = all.filter((_row, index) => verdicts[index] === 'unknown');
  if (known.problem === undefined && known.isDue) {
    facts.askFor([...unknown, ...open], filter.country);
  }
  return {
    rows,
    filtered: { lookedAt: all.length, matched: rows.length, withoutDetails: unknown.length },
    lives: known.livesOf(factsNeeded(filter)),
    isLacking: unknown.length > 0,
    factsOf,
    from: known.from,
    problem: known.problem,
  };
}
