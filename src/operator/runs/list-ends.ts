import type { PageOutcome } from '../../shared/core/feed.ts';
import type { RunProgress } from './run-tracker.ts';

/** Lists of a run that brought no titles, by name: a page beyond the first is named with its number. */
export type ListEnds = {
  notFound: string[];
  empty: string[];
  rejected: string[];
  /** Whether any list brought titles; a page beyond a list's end is none. */
  anyTitles: boolean;
  /** First pages that were applied. */
  lists: number;
};

/** What came of a run's lists so far. */
export function listEndsOf({ outcomes, notFound }: Pick<RunProgress, 'outcomes' | 'notFound'>): ListEnds {
  const pages = [...outcomes].map(([jobId, outcome]) => ({ jobId, outcome, ...placeOf(jobId) }));
  const named = (wanted: PageOutcome, firstOnly: boolean) =>
    pages
      .filter(({ outcome, page }) => outcome === wanted && (page === 1 || !firstOnly))
      .map(({ jobId, feed, page }) => {
        const why = notFound.get(jobId);
        return `${feed}${page === 1 ? '' : ` page ${page}`}${why === undefined ? '' : ` (${why})`}`;
      })
      .sort();
  return {
    notFound: named('not-found', false),
    empty: named('empty', true),
    rejected: named('rejected', false),
    anyTitles: pages.some(({ outcome }) => outcome === 'titles'),
    lists: pages.filter(({ page }) => page === 1).length,
  };
}

/** The feed of a list's job: `popular/movie/global/en-US` of `run/popular/movie/global/en-US/1`. */
export function feedOfJob(jobId: string): string {
  return jobId.split('/').slice(1, -1).join('/');
}

function placeOf(jobId: string): { feed: string; page: number } {
  return { feed: feedOfJob(jobId), page: Number(jobId.split('/').at(-1)) };
}
