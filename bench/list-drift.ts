/** How much of what the lists ask for is the same as the day before: the most that any writer could leave unwritten. */
import type { ItemPage } from '../src/shared/messages/item-page.ts';
import type { CatalogRow } from '../src/shared/ports/catalog.ts';
import type { PlacementRow } from '../src/shared/table/placement-row.ts';
import { rowKeyText } from '../src/shared/table/row.ts';
import type { BenchResult } from './bench-report.ts';
import { spreadOf } from './spread.ts';
import { rowsAskedFor } from './write-pages.ts';

type Drift = { placements: number; stayed: number; sameRank: number; sameTitle: number };

/** Shares over all days but the first. */
export function listDrift(days: readonly (readonly ItemPage[])[]): BenchResult[] {
  const drifts = days.slice(1).map((pages, index) => driftBetween(days[index] ?? [], pages));
  const shares = (metric: string, of: (drift: Drift) => number) =>
    spreadOf('the lists, day over day', metric, '', drifts.map(of));
  return [
    ...shares('share of placements among the rows', ({ placements }) => placements),
    ...shares('of these, in the list the day before', ({ stayed }) => stayed),
    ...shares('of these, at the same rank the day before', ({ sameRank }) => sameRank),
    ...shares('of the title rows, the same content as the day before', ({ sameTitle }) => sameTitle),
  ];
}

function driftBetween(before: readonly ItemPage[], now: readonly ItemPage[]): Drift {
  const known = new Map(rowsAskedFor(before).map((row) => [rowKeyText(row), row]));
  const rows = rowsAskedFor(now).map((row) => ({ row, old: known.get(rowKeyText(row)) }));
  const placements = rows.filter(({ row }) => isPlacement(row));
  const titles = rows.filter(({ row }) => !isPlacement(row));
  const stayed = placements.filter(({ old }) => old !== undefined);
  const sameRank = stayed.filter(({ row, old }) => (row as PlacementRow).rank === (old as PlacementRow).rank);
  const sameTitle = titles.filter(({ row, old }) => old !== undefined && contentOf(row) === contentOf(old));
  return {
    placements: placements.length / rows.length,
    stayed: stayed.length / placements.length,
    sameRank: sameRank.length / placements.length,
    sameTitle: sameTitle.length / titles.length,
  };
}

function isPlacement(row: CatalogRow): row is PlacementRow {
  return 'rank' in row;
}

/** A title's version without its first part, the period in which it was fetched. */
function contentOf({ version }: CatalogRow): string {
  return version.slice(version.indexOf('#'));
}
