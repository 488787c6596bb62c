/** How much of what the lists ask for is the same as the day before, row by row of the lists and title by title. */
import type { ItemPage } from '../src/shared/queues/item-page.ts';
import { rowKeyText } from '../src/shared/tables/row.ts';
import type { TitleRow } from '../src/shared/tables/title-row.ts';
import { type BenchResult, spreadOf } from './bench-report.ts';
import { placementLayoutOf } from './placement-rows.ts';

type Drift = { listRows: number; stayed: number; sameRank: number; sameTitle: number };

/** Shares over all days but the first. */
export function listDrift(days: readonly (readonly ItemPage[])[]): BenchResult[] {
  const drifts = days.slice(1).map((pages, index) => driftBetween(days[index] ?? [], pages));
  const shares = (metric: string, of: (drift: Drift) => number) =>
    spreadOf('the lists, day over day', metric, '', drifts.map(of));
  return [
    ...shares('share of list rows among the rows', ({ listRows }) => listRows),
    ...shares('of the list rows, in the list the day before', ({ stayed }) => stayed),
    ...shares('of the list rows, at the same rank the day before', ({ sameRank }) => sameRank),
    ...shares('of the title rows, the same content as the day before', ({ sameTitle }) => sameTitle),
  ];
}

function driftBetween(before: readonly ItemPage[], now: readonly ItemPage[]): Drift {
  const [known, asked] = [placementLayoutOf(before), placementLayoutOf(now)];
  const placements = withBefore(known.placements, asked.placements);
  const titles = withBefore(known.titles, asked.titles);
  return {
    listRows: placements.length / (placements.length + titles.length),
    stayed: shareOf(placements, ({ old }) => old !== undefined),
    sameRank: shareOf(placements, ({ row, old }) => row.rank === old?.rank),
    sameTitle: shareOf(titles, ({ row, old }) => old !== undefined && contentOf(row) === contentOf(old)),
  };
}

function withBefore<T extends TitleRow>(before: readonly T[], now: readonly T[]): { row: T; old: T | undefined }[] {
  const known = new Map(before.map((row) => [rowKeyText(row), row]));
  return now.map((row) => ({ row, old: known.get(rowKeyText(row)) }));
}

function shareOf<T>(all: readonly T[], counts: (one: T) => boolean): number {
  return all.filter(counts).length / all.length;
}

/** A title's version without its first part, the period in which it was fetched. */
function contentOf({ version }: TitleRow): string {
  return version.slice(version.indexOf('#'));
}
