import { PermanentError } from '../shared/errors.ts';
import { feedId, languageSchema, maxPage } from '../shared/feed.ts';
import { rowsPerPage } from '../shared/messages/item-page.ts';
import { tryDecodeCard } from '../shared/table/card.ts';
import { assembleList, type ListEntry } from '../shared/table/read-list.ts';
import { isLive } from '../shared/table/row.ts';
import { titleKey } from '../shared/table/title-row.ts';
import type { CliContext } from './cli-context.ts';
import { table, title } from './format-text.ts';
import { withTables } from './open-tables.ts';
import { parseCount, parseFeed, parseInput, parseMediaType } from './parse-input.ts';

/** Options of both `read` commands. */
export type ReadOptions = { region?: string; language?: string; limit?: string; dataDir?: string };

/** `read list <category> <media>`: a feed through the table's index. */
export async function readListCommand(
  category: string,
  media: string,
  options: ReadOptions,
  context: CliContext,
): Promise<void> {
  const feed = parseFeed(category, media, options, context.settings);
  const limit = parseCount(options.limit ?? '20', '--limit', 1, maxPage * rowsPerPage);
  // Twice the rows, since placements of an older snapshot may stand in for missing pages of the newest.
  const placements = await withTables(options, context, ({ catalog }) => catalog.listPlacements(feed, 2 * limit));
  const titles = assembleList(placements, limit, context.clock.nowMs());
  if (titles.length === 0) {
    throw new PermanentError('not_in_table', `the table holds no list ${feedId(feed)}`);
  }
  context.output.result({ feed: feedId(feed), ...freshness(titles), titles }, formatList(feedId(feed), titles));
}

/** `read title <movie|tv> <id>`: one title. */
export async function readTitleCommand(
  media: string,
  idText: string,
  options: ReadOptions,
  context: CliContext,
): Promise<void> {
  const mediaType = parseMediaType(media);
  const id = parseCount(idText, 'the TMDB id', 1, 2_147_483_647);
  const language = parseInput(languageSchema, options.language ?? context.settings.defaultLanguage);
  const key = titleKey(mediaType, id, language, context.settings);
  const row = await withTables(options, context, ({ catalog }) => catalog.readTitle(key));
  const card = row === undefined ? undefined : tryDecodeCard(row);
  if (row === undefined || card === undefined || !isLive(row, context.clock.nowMs())) {
    throw new PermanentError('not_in_table', `the table holds no ${mediaType} ${id} in ${language}`);
  }
  const stale = context.clock.nowMs() >= Date.parse(row.freshUntil);
  const { fetchedAt, freshUntil } = row;
  const document = { mediaType, id, language, fetchedAt, freshUntil, stale, ...card };
  const facts = Object.entries(document).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  context.output.result(document, table(['what', 'value'], facts));
}

/** A list for people: rank, title, year, votes. */
export function formatList(name: string, titles: readonly ListEntry[]): string {
  const rows = titles.map((entry) => [
    String(entry.rank),
    entry.title,
    entry.mediaType,
    entry.releaseDate?.slice(0, 4) ?? '',
    entry.voteAverage.toFixed(1),
    String(entry.voteCount),
  ]);
  const { stale, fetchedAt } = freshness(titles);
  return `${title(name)}, fetched ${fetchedAt}${stale ? ' (stale)' : ''}\n${table(['rank', 'title', 'kind', 'year', 'average', 'votes'], rows)}`;
}

/** A list is as fresh as its oldest entry. */
function freshness(titles: readonly ListEntry[]) {
  const fetchedAt = titles.map((entry) => entry.fetchedAt).sort()[0];
  return { fetchedAt, stale: titles.some((entry) => entry.stale) };
}
