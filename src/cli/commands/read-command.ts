import type { Command } from 'commander';
import type { Provenance, TitleAnswer } from '../../reader/reader-api.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import { askedLanguageSchema, askedRegionSchema, feedId, maxPage, rowsPerPage } from '../../shared/core/feed.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, optionHelp, withPlace } from '../command-shape.ts';
import { formatList, table } from '../format-text.ts';
import { parseCount, parseFeed, parseInput, parseMediaType } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { provenanceLine, withReader } from '../with-reader.ts';

type ReadOptions = PlaceOptions & { region?: string; language?: string; limit?: string; includeAdult?: boolean };

/** `read list` and `read title`. */
export function addReadCommands(program: Command): void {
  const read = program.command('read').description('what an application would get from the table');
  withPlace(read.command('list'))
    .argument('<category>', optionHelp.category)
    .argument('<media>', 'movie, tv or all')
    .description('a feed, through the index')
    .option('--region <region>', 'global, or a country such as DE')
    .option(
      '--language <language>',
      "such as de-DE or de (default: the region's own in the settings, else the default one)",
    )
    .option('--limit <count>', 'number of titles', '20')
    .option('--include-adult', 'adult titles too')
    .action(acting(readListCommand));
  withPlace(read.command('title'))
    .argument('<media>', 'movie or tv')
    .argument('<id>', 'TMDB id')
    .description('one title')
    .option('--region <region>', 'global, or a country such as DE: its language stands in for the asked one')
    .option('--language <language>', 'such as en-US')
    .action(acting(readTitleCommand));
}

/** `read list <category> <media>`: a feed as an application would get it. */
async function readListCommand(
  options: ReadOptions,
  context: CliContext,
  category: string,
  media: string,
): Promise<void> {
  const feed = parseFeed(category, media, options, context.settings);
  const limit = parseCount(options.limit ?? '20', '--limit', 1, maxPage * rowsPerPage);
  const answer = await withReader(options, context, (reader) =>
    reader.list(feed, { limit, includeAdult: options.includeAdult === true }),
  );
  if (answer.from === 'none') {
    throw nothingRead(
      answer,
      `the table holds no list ${feedId(feed)}: it was never fetched, or it has expired; \`enqueue\` asks TMDB for it`,
      `the list ${feedId(feed)} could not be read`,
    );
  }
  const document = { ...answer, feed: feedId(feed) };
  const list =
    answer.titles.length === 0 ? `TMDB lists nothing in ${feedId(feed)}` : formatList(feedId(feed), answer.titles);
  context.output.result(document, `${list}\n${provenanceLine(answer)}`);
}

/** `read title <movie|tv> <id>`: one title as an application would get it. */
async function readTitleCommand(
  options: ReadOptions,
  context: CliContext,
  media: string,
  idText: string,
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
        `the table holds no ${mediaType} ${id} in ${language}: no list that was fetched has it, or it has expired; \`enqueue\` a list that has it`,
        `the ${mediaType} ${id} could not be read in ${language}`,
      );
}

/** `absent`, where the table has told so; `failed`, with the code of what kept it from that. */
function nothingRead({ problem }: Pick<Provenance, 'problem'>, absent: string, failed: string): PermanentError {
  return problem === undefined || problem.code === 'not_cached'
    ? new PermanentError('not_in_table', absent)
    : new PermanentError(problem.code, `${failed}: ${problem.detail}`);
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) {
    return value.join(', ');
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
