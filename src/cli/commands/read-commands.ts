import type { Command } from 'commander';
import type { ListAnswer, ListRequest, TitleAnswer } from '../../reader/reader-api.ts';
import { checkedListOptions, listOptionsSchema } from '../../reader/reader-input.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import { askedLanguageSchema, askedRegionSchema, feedId } from '../../shared/core/feed.ts';
import { maxTmdbId } from '../../shared/queues/item-page.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, optionHelp, withPlace } from '../command-shape.ts';
import { filterLines, formatList } from '../format-text.ts';
import { parseCount, parseFeed, parseInput, parseMediaType } from '../parse-input.ts';
import { membersIn, optionTold, withFilters } from '../request-options.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { nothingRead, provenanceLine, titleResult, withReader } from '../with-reader.ts';

/** The filters of a list are taken by name. */
type ReadOptions = PlaceOptions & { region?: string; language?: string; details?: boolean };

/** `read list` and `read title`. */
export function addReadCommands(program: Command): void {
  const read = program.command('read').description('what an application would get from the table');
  const list = withPlace(read.command('list'))
    .argument('<category>', optionHelp.category)
    .argument('<media>', 'movie, tv or all')
    .description('a feed, through the index')
    .addHelpText(
      'after',
      examples('read list trending all', 'read list popular movie --region DE --exclude-genres 27 --limit 5'),
    )
    .option('--region <region>', 'global, or a country such as DE')
    .option(
      '--language <language>',
      "such as de-DE or de (default: the region's own in the settings, else the default one)",
    )
    .option('--limit <count>', 'number of titles', '20');
  withFilters(list).action(acting(readListCommand));
  withPlace(read.command('title'))
    .argument('<media>', 'movie or tv')
    .argument('<id>', 'TMDB id')
    .description('one title')
    .addHelpText('after', examples('read title movie 550', 'read title tv 1396 --details --region DE'))
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
  const request: ListRequest = membersIn(listOptionsSchema, options);
  checkedListOptions(request, feed, context.settings, optionTold);
  const answer = await withReader(options, context, (reader) => reader.list(feed, request));
  if (answer.from === 'none') {
    throw nothingRead(
      answer,
      `the table holds no list ${feedId(feed)}: it was never fetched, or it has expired; \`enqueue\` asks TMDB for it`,
      `the list ${feedId(feed)} could not be read`,
    );
  }
  const document = { ...answer, feed: feedId(feed) };
  const list = answer.titles.length === 0 ? whyNone(answer) : formatList(feedId(feed), answer.titles);
  const lines = [list, ...filterLines(answer.filtered, answer.titles), provenanceLine(answer)];
  context.output.result(document, lines.join('\n'));
}

/** Why a list that is there shows no title. */
function whyNone({ feed, offset, filtered }: ListAnswer): string {
  if (filtered?.lookedAt === 0 || (filtered === undefined && offset === 0)) {
    return `TMDB lists nothing in ${feedId(feed)}`;
  }
  if (filtered === undefined) {
    return `${feedId(feed)} ends before title ${offset + 1}`;
  }
  return filtered.matched === 0
    ? `nothing in ${feedId(feed)} passes`
    : `${filtered.matched} titles in ${feedId(feed)} pass: --offset must be smaller`;
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
