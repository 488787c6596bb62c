import { dayOfMs } from '../calendar-day.ts';
import { figuresAt } from '../catalogue/figures-at.ts';
import { listPage } from '../lists/list-page.ts';
import type { ListEntry, Listing } from '../lists/listing.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { type Row, type RowView, titleRow } from './list-rows.ts';
import { breakRows } from './odd-rows.ts';
import { personRow } from './person-row.ts';
import { jitterFigures } from './volatile-jitter.ts';

/** One page of a list in a language (ISO 639-1), with the oddities of `world`. */
export function listAnswer(world: World, listing: Listing, page: number, language: string): Answer {
  const { catalogue, oddities } = world;
  const { entries, totals } = listPage(listing, page, oddities.duplicatesAtPageBorders);
  const view = rowView(world, listing, language);
  const rows = entries.map((entry) => rowOf(world, entry, view));
  return {
    status: 200,
    body: {
      ...(listing.dates === undefined ? {} : { dates: listing.dates }),
      page,
      results: oddities.oddRows ? breakRows(rows, catalogue.seed, listing.key, page) : rows,
      total_pages: totals.pages,
      total_results: totals.results,
    },
  };
}

function rowView(world: World, listing: Listing, language: string): RowView {
  const day = dayOfMs(world.nowMs);
  return {
    language,
    region: listing.region,
    withMediaType: listing.withMediaType === true,
    figures: (title) => {
      const figures = figuresAt(title, day);
      return world.oddities.volatileJitter ? jitterFigures(title, figures, listing.key) : figures;
    },
  };
}

function rowOf(world: World, entry: ListEntry, view: RowView): Row {
  return entry.mediaType === 'person' ? personRow(entry, world.catalogue, view) : titleRow(entry, view);
}
