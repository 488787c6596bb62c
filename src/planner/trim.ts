/** Step 4 of 4: what fits behind the jobs that wait on the fetch queue. */
import { feedId } from '../shared/core/feed.ts';
import type { ChosenFeed } from './budget.ts';

/**
 * As much of a plan as fits, from its top: the `waitingJobs` and what is planned stay within `maxJobs` together. What is kept `always`
 * is never cut. A feed is taken or left out as a whole, so a smaller one may come in behind a larger one that did not fit.
 */
export function trim(
  chosen: readonly ChosenFeed[],
  waitingJobs: number,
  maxJobs: number,
): { feeds: ChosenFeed[]; notes: string[] } {
  const feeds = chosen.filter(({ keep }) => keep === 'always');
  const pages = feeds.reduce((sum, one) => sum + one.pages, 0);
  let room = maxJobs - waitingJobs - pages;
  const left: string[] = [];
  for (const one of chosen.filter(({ keep }) => keep !== 'always')) {
    if (one.pages <= room) {
      room -= one.pages;
      feeds.push(one);
    } else {
      left.push(feedId(one.feed));
    }
  }
  const waiting = waitingJobs + pages;
  const note = `${waiting} jobs wait already (${maxJobs} at most), so ${left.length} feeds were left out: ${left.join(', ')}`;
  return { feeds, notes: left.length === 0 ? [] : [note.slice(0, 1_000)] };
}
