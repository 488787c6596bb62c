import { type Command, Option } from 'commander';
import type { RecommendAnswer, RecommendRequest, TitleAnswer } from '../../reader/reader-api.ts';
import { checkedInput, recommendSchema } from '../../reader/reader-input.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import { askedLanguageSchema, askedRegionSchema, feedId, maxPage, rowsPerPage } from '../../shared/core/feed.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, optionHelp, withPlace } from '../command-shape.ts';
import { formatList, table, title } from '../format-text.ts';
import { parseCount, parseFeed, parseInput, parseListOf, parseMediaType, parseTitleRefs } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { nothingRead, provenanceLine, titleResult, withReader } from '../with-reader.ts';

type ReadOptions = PlaceOptions & {
  region?: string;
  language?: string;
  limit?: string;
  includeAdult?: boolean;
  details?: boolean;
};

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
    .option(
      '--region <region>',
      'global, or a country such as DE: its language stands in for the asked one, and details are of it',
    )
    .option('--language <language>', 'such as en-US')
    .option('--details', 'what is known beyond the card: people, rating, where to watch, and the like')
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
  const asked = { language, details: options.details === true, ...(region !== undefined && { region }) };
  const answer = await withReader(options, context, (reader) => reader.title(mediaType, id, asked));
  if (answer.title === null) {
    throw noTitle(answer, language);
  }
  const { document, text } = titleResult(answer);
  context.output.result(document, text);
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

type RecommendOptions = PlaceOptions & {
  media?: string;
  liked?: string;
  seen?: string;
  genres?: string;
  region?: string;
  language?: string;
  hour?: string;
  limit?: string;
  includeAdult?: boolean;
  /** Its name until lists had it too. */
  adult?: boolean;
};

/** `recommend`. */
export function addRecommendCommand(program: Command): void {
  withPlace(program.command('recommend'))
    .description('titles for a viewer, from what the table holds, and why each')
    .option('--liked <titles>', 'titles the viewer liked, such as movie:550,tv:1399')
    .option('--seen <titles>', 'titles to leave out')
    .option('--genres <ids>', 'TMDB genre ids the viewer asks for, such as 18,35')
    .option('--media <media>', 'movie, tv or all (default: all)')
    .option('--region <region>', 'global, or a country such as DE')
    .option('--language <language>', 'such as en-US')
    .option('--hour <hour>', "hour of the viewer's day, 0 to 23")
    .option('--limit <count>', 'number of titles', '10')
    .option('--include-adult', 'adult titles too')
    .addOption(new Option('--adult', 'the same, by its former name').hideHelp())
    .action(acting(recommendCommand));
}

/** `recommend`: titles from what the table holds, with why. */
async function recommendCommand(options: RecommendOptions, context: CliContext): Promise<void> {
  const request = requestOf(options);
  const answer = await withReader(options, context, (reader) => reader.recommend(request));
  if (answer.picks.length === 0) {
    const { problem, candidates } = answer;
    throw new PermanentError(
      'nothing_to_recommend',
      `nothing to recommend: ${problem?.detail ?? `of ${candidates} titles none is left`}`,
    );
  }
  context.output.result(answer, formatRecommendation(answer));
}

/** @throws UsageError naming the option that is wrong and what is allowed. */
function requestOf(options: RecommendOptions): RecommendRequest {
  const { media, region, language } = options;
  const request = {
    ...(media !== undefined && { media }),
    ...(region !== undefined && { region }),
    ...(language !== undefined && { language }),
    liked: parseTitleRefs(options.liked ?? '', '--liked'),
    seen: parseTitleRefs(options.seen ?? '', '--seen'),
    genres: parseListOf(options.genres ?? '').map((text) => parseCount(text, '--genres', 1, 9_999_999)),
    ...(options.hour !== undefined && { hour: parseCount(options.hour, '--hour', 0, 23) }),
    limit: parseCount(options.limit ?? '10', '--limit', 1, 100),
    includeAdult: options.includeAdult === true || options.adult === true,
  };
  return checkedInput(recommendSchema, request, 'recommend');
}

function formatRecommendation(answer: RecommendAnswer): string {
  const rows = answer.picks.map((pick, index) => [
    String(index + 1),
    pick.title,
    pick.mediaType,
    pick.releaseDate?.slice(0, 4) ?? '',
    pick.score.toFixed(2),
    pick.why,
  ]);
  const unknown = answer.unknownLiked.map(({ mediaType, id }) => `${mediaType}:${id}`);
  return [
    title(`${answer.picks.length} of ${answer.candidates} titles in ${answer.feeds.length} lists`),
    table(['', 'title', 'kind', 'year', 'score', 'why'], rows),
    provenanceLine(answer),
    ...(unknown.length > 0 ? [`nothing is known of ${unknown.join(', ')}`] : []),
  ].join('\n');
}
