import type { CatalogueTitle, MediaType } from '../catalogue/catalogue.ts';
import { changeSecond, changesOn, revisionOn, taglineOf } from '../catalogue/changes.ts';
import { dayMs, dayOfMs } from '../clock.ts';
import type { World } from '../lists/listing.ts';
import { dayRange, pageParam } from '../lists/query-params.ts';
import { hash32 } from '../seeded-random.ts';
import { type Answer, ApiFailure, type Row } from './answer.ts';

/** Rows on a page of the lists of changes, and the most days that one request may cover (developer.themoviedb.org, 2026). */
const rowsAPage = 100;
const mostDays = 14;

/** The answer of `/movie/changes` and `/tv/changes`: which titles changed, by default since yesterday. */
export function changedTitles(world: World, mediaType: MediaType, query: URLSearchParams): Answer {
  const page = pageParam(query);
  const { from, to } = windowOf(world, query);
  const key = `changes ${mediaType} ${from} ${to}`;
  const all = world.orders.get(key, () =>
    world.catalogue.titles[mediaType].filter((title) => daysOf(title, from, to).length > 0),
  ) as readonly CatalogueTitle[];
  const rows = all.slice((page - 1) * rowsAPage, page * rowsAPage);
  const results = rows.map(({ id, adult, seed }) => ({
    id,
    // Recorded: 76 of 2,687 rows do not say.
    adult: world.oddities.oddRows && seed % 35 === 0 ? null : adult,
  }));
  return {
    status: 200,
    body: { results, page, total_pages: Math.ceil(all.length / rowsAPage), total_results: all.length },
  };
}

/** The answer of `/{media}/{id}/changes`: what changed of one title, by key. Here it is the tagline. */
export function changesOfTitle(world: World, title: CatalogueTitle, query: URLSearchParams): Answer {
  const { from, to } = windowOf(world, query);
  const items = daysOf(title, from, to).map((day) => changeItem(title, day));
  return { status: 200, body: { changes: items.length === 0 ? [] : [{ key: 'tagline', items }] } };
}

function changeItem(title: CatalogueTitle, day: number): Row {
  const revision = revisionOn(title, day);
  const time = new Date(day * dayMs + changeSecond(title, day) * 1_000);
  return {
    id: hash32(title.seed, 'change', day).toString(16).padStart(24, '6'),
    action: 'updated',
    time: `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    iso_639_1: 'en',
    iso_3166_1: 'US',
    value: taglineOf(title, revision),
    original_value: taglineOf(title, Math.max(0, revision - 1)),
  };
}

/** The days on which a title changed, the newest first. */
function daysOf(title: CatalogueTitle, from: number, to: number): number[] {
  const days = Array.from({ length: to - from + 1 }, (_, index) => to - index);
  return days.filter((day) => changesOn(title, day));
}

/** `start_date` to `end_date` as days. Throws an ApiFailure with code 5 for more than 14 days, and for an end before the start. */
function windowOf({ nowMs }: World, query: URLSearchParams): { from: number; to: number } {
  const asked = dayRange(query, ['start_date', 'end_date']);
  const today = dayOfMs(nowMs);
  const to = Math.min(today, asked.to ?? today);
  const from = asked.from ?? to - 1;
  if (to - from > mostDays || (asked.to !== undefined && asked.to < from)) {
    throw new ApiFailure(5);
  }
  return { from, to: Math.max(from, to) };
}
