/** What was counted of whole titles: reads that asked for details, and what was planned. */
import { shareOf } from '../../demand/plan-quality.ts';
import { planTotalName, titlePlanCounts } from '../../shared/tables/feed-counters.ts';
import {
  type CoverageKind,
  counterName,
  coverageKinds,
  otherSubject,
  type UsageCounters,
} from '../../shared/tables/usage-store.ts';

/** What was counted of whole titles in some time. */
export type TitleCounts = Record<CoverageKind, number> & {
  /** Titles that runs and ad-hoc requests planned, one call each. */
  planned: number;
  /** Calls for TMDB's lists of changes, and calls for titles that these made needless. */
  changesCalls: number;
  changesSaved: number;
};

/** The same with shares of the reads that asked for details, from 0 to 1; `null` where none did. */
export type TitleFigures = TitleCounts & Record<`${Exclude<CoverageKind, 'asked'>}Share`, number | null>;

/** The counts of one hour: from the items of its title reads, and from that of its plans. */
export function titleCounts(reads: readonly UsageCounters[], plan: UsageCounters): TitleCounts {
  const coverage = coverageKinds.map((kind) => {
    const counts = reads.map((item) => countOf(item, counterName(kind, otherSubject)));
    return [kind, counts.reduce((sum, count) => sum + count, 0)] as const;
  });
  const changesCalls = countOf(plan, planTotalName('changesCalls'));
  return {
    ...(Object.fromEntries(coverage) as Record<CoverageKind, number>),
    planned: Math.max(0, titlePlanCounts(plan).calls - changesCalls),
    changesCalls,
    changesSaved: countOf(plan, planTotalName('changesSaved')),
  };
}

/** A damaged item must not stop a report. */
function countOf(item: UsageCounters, name: string): number {
  const count = item[name];
  return typeof count === 'number' && Number.isFinite(count) && count > 0 ? count : 0;
}

/** The sum of hours, with shares. A share is 1 at most, whatever damaged counters say. */
export function titleFigures(hours: readonly TitleCounts[]): TitleFigures {
  const sum = (name: keyof TitleCounts) => hours.reduce((total, hour) => total + hour[name], 0);
  const asked = sum('asked');
  const share = (name: Exclude<CoverageKind, 'asked'>) => shareOf(Math.min(sum(name), asked), asked);
  return {
    asked,
    details: sum('details'),
    certification: sum('certification'),
    services: sum('services'),
    planned: sum('planned'),
    changesCalls: sum('changesCalls'),
    changesSaved: sum('changesSaved'),
    detailsShare: share('details'),
    certificationShare: share('certification'),
    servicesShare: share('services'),
  };
}
