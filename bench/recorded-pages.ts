/** Recorded TMDB lists, kept outside the repository because their licences differ. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Feed, rowsPerPage } from '../src/shared/core/feed.ts';
import { canonicalJson } from '../src/shared/core/stable-hash.ts';
import type { ListedTitle } from '../src/shared/queues/item-page.ts';
import { normalizePage } from '../src/shared/tmdb/normalize-page.ts';

/** Where the files are looked for, as seen from the repository. */
export const recordedFolder = '../shared/data/tmdb';

const listSchema = z.object({ results: z.array(z.unknown()).length(rowsPerPage) });
/** What a row of films or series has and one of persons, companies or people's lists has not. */
const describedSchema = z.object({ overview: z.string(), vote_count: z.number(), title: z.string().optional() });

/** Each whole page of films or series once, in the order of the files' names; none where the files are not there. */
export function recordedPages(): ListedTitle[][] {
  const folder = resolve(import.meta.dirname, '..', recordedFolder);
  if (!existsSync(folder)) {
    return [];
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  const pages = files.sort().flatMap((name) => {
    const titles = titlesIn(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    return titles === undefined ? [] : [[canonicalJson(titles), titles] as const];
  });
  return [...new Map(pages).values()];
}

function titlesIn(json: unknown): ListedTitle[] | undefined {
  const rows = listSchema.safeParse(json).data?.results.map((row) => describedSchema.safeParse(row));
  if (rows === undefined || !rows.every(({ success }) => success)) {
    return undefined;
  }
  const media = rows[0]?.data?.title === undefined ? 'tv' : 'movie';
  const feed: Feed = { category: 'popular', media, region: 'global', language: 'en-US' };
  const titles = normalizePage(json, feed, 1)?.titles;
  return titles?.length === rowsPerPage ? titles : undefined;
}
