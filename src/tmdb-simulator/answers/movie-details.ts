import { dateOfDay, dayOfMs } from '../calendar-day.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { originalTitle, titleText } from '../catalogue/title-text.ts';
import { unitFrom } from '../seeded-random.ts';
import { commonDetails, imdbId } from './common-details.ts';
import type { Row } from './list-rows.ts';

/** The answer of `/movie/{id}` in a language (ISO 639-1) and at an instant (epoch milliseconds). */
export function movieDetails(title: CatalogueTitle, language: string, nowMs: number): Row {
  const isOut = title.releaseDay !== undefined && title.releaseDay <= dayOfMs(nowMs);
  const budget = Math.round(unitFrom(title.seed, 'budget') ** 4 * 250) * 1_000_000;
  return {
    ...commonDetails(title, language, nowMs),
    belongs_to_collection: null,
    budget,
    imdb_id: imdbId(title),
    original_title: originalTitle(title),
    release_date: dateOfDay(title.releaseDay),
    revenue: isOut ? Math.round(budget * 3 * unitFrom(title.seed, 'revenue')) : 0,
    runtime: 62 + Math.floor(unitFrom(title.seed, 'runtime') * 120),
    status: isOut ? 'Released' : 'Post Production',
    title: titleText(title, language).title,
    video: unitFrom(title.seed, 'video') < 0.005,
  };
}
