import { feedId } from '../shared/core/feed.ts';
import type { PlannedFeed } from './base-plan.ts';

/**
 * As much of a plan as fits, from its top: what waits already and what is planned stay within `maxJobs` together. A feed is kept or
 * left out as a whole, so a smaller one may come in behind a larger one that did not fit.
 */
export function trimPlan<T extends PlannedFeed>(
  planned: readonly T[],
  waitingJobs: number,
  maxJobs: number,
): { feeds: T[]; notes: string[] } {
  let room = maxJobs - waitingJobs;
  const feeds: T[] = [];
  const left: string[] = [];
  for (const one of planned) {
    if (one.pages <= room) {
      room -= one.pages;
      feeds.push(one);
    } else {
      left.push(feedId(one.feed));
    }
  }
  const notes =
    left.length === 0
      ? []
      : [
          `${waitingJobs} jobs wait already (${maxJobs} at most), so ${left.length} feeds were left out: ${left.join(', ')}`,
        ];
  return { feeds, notes: notes.map((note) => note.slice(0, 1_000)) };
}
