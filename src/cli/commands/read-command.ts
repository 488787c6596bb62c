import type { Origin, Provenance, TitleAnswer } from '../../reader/reader-api.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import { askedLanguageSchema, askedRegionSchema, feedId, maxPage, rowsPerPage } from '../../shared/core/feed.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { ListEntry } from '../../shared/tables/read-list.ts';
import type { CliContext } from '../cli-context.ts';
import { table, title } from '../format-text.ts';
import { parseCount, parseFeed, parseInput, parseMediaType } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { withReader } from '../with-reader.ts';

/** Options of both `read` commands. */
export type ReadOptions = PlaceOptions & { region?: string; language?: string; limit?: string; includeAdult?: boolean };

/** `read list <category> <media>`: a feed as an application would get it. */
export async function readListCommand(
  category: string,
  media: string,
  options: ReadOptions,
  context: CliContext,
): Promise<void> {
  const feed = parseFeed(category, media, options, context.settings);
  const limit = parseCount(options.limit ?? '20', '--limit', 1, maxPage * rowsPerPage);
  const answer = await withReader(options, context, (reader) =>
    reader.list(feed, { limit, includeAdult: options.includeAdult === true }),
  );
  if (answer.from === 'none') {
    throw nothingRead(answer, `the table holds no list ${feedId(feed)}`, `the list ${feedId(feed)} could not be read`);
  }
  const document = { ...answer, feed: feedId(feed) };
  const list =
    answer.titles.length === 0 ? `TMDB lists nothing in ${feedId(feed)}` : formatList(feedId(feed), answer.titles);
  context.output.result(document, `${list}\n${provenanceLine(answer)}`);
}

/** `read title <movie|tv> <id>`: one title as an application would get it. */
export async function readTitleCommand(
  media: string,
  idText: string,
  options: ReadOptions,
  context: CliContext,
): Promise<void> {
  const mediaType = parseMediaType(media);
  const id = parseCount(idText, 'the TMDB id', 1, maxTmdbId);
  const region = options.region === undefined ? undefined : parseInput(askedRegionSchema, options.region);
  const language = parseInput(askedLanguageSchema, options.language ?? regionLanguage(region, context.settings));
  const asked = { language, ...(region !== undefined && { region }) };
  const answer = await withReader(options, context, (reader) => reader.title(mediaType, id, asked));
  if (answer.title === null) {
    throw noTitle(answer, language);
  }
  const { title: card, absent: _absent, ...provenance } = answer;
  const document = { ...provenance, ...card };
  const facts = Object.entries(document).map(([name, value]) => [name, shownValue(value)]);
  context.output.result(document, table(['what', 'value'], facts));
}

function noTitle(answer: TitleAnswer, language: string): PermanentError {
  const { mediaType, id, absent } = answer;
  return absent
    ? new PermanentError('not_in_table', `TMDB knows no ${mediaType} ${id}`)
    : nothingRead(
        answer,
        `the table holds no ${mediaType} ${id} in ${language}`,
        `the ${mediaType} ${id} could not be read in ${language}`,
      );
}

/** `absent`, where the table has told so; `failed`, with the code of what kept it from that. */
function nothingRead({ problem }: Pick<Provenance, 'problem'>, absent: string, failed: string): PermanentError {
  return problem === undefined || problem.code === 'not_cached'
    ? new PermanentError('not_in_table', absent)
    : new PermanentError(problem.code, `${failed}: ${problem.detail}`);
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
  return `${title(name)}, fetched ${titles[0]?.fetchedAt}${titles[0]?.stale ? ' (stale)' : ''}\n${table(['rank', 'title', 'kind', 'year', 'average', 'votes'], rows)}`;
}

const origins: Record<Origin, string> = {
  memory: 'memory',
  table: 'the table',
  tmdb: 'TMDB itself',
  none: 'no tier',
};

/** Where an answer came from, for people. */
export function provenanceLine(answer: Provenance): string {
  const { from, freshness, freshUntil, expiresAt, problem } = answer;
  const life = `freshness ${freshness.toFixed(2)}, fresh until ${freshUntil}, expires at ${expiresAt}`;
  return `from ${origins[from]}; ${life}${problem === undefined ? '' : `; ${problem.detail}`}`;
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) {
    return value.join(', ');
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
