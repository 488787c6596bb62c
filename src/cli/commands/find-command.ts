import type { Command } from 'commander';
import { externalIdSchema } from '../../reader/find-input.ts';
import type { FindAnswer } from '../../reader/reader-api.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import { askedLanguageSchema, askedRegionSchema } from '../../shared/core/feed.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { title } from '../format-text.ts';
import { parseInput } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { nothingRead, titleResult, withReader } from '../with-reader.ts';

type FindOptions = PlaceOptions & { region?: string; language?: string; details?: boolean };

/** `read find`, beside the other commands of `read`. */
export function addFindCommand(program: Command): void {
  const read = program.commands.find((command) => command.name() === 'read') ?? program.command('read');
  withPlace(read.command('find'))
    .argument('<source>', 'imdb or tvdb')
    .argument('<id>', 'the id there, such as tt0137523 or 81189')
    .description('the title behind an id at IMDb or TheTVDB')
    .option(
      '--region <region>',
      'global, or a country such as DE: its language stands in for the asked one, and details are of it',
    )
    .option('--language <language>', 'such as en-US')
    .option('--details', 'what is known beyond the card: people, rating, where to watch, and the like')
    .addHelpText('after', examples('read find imdb tt0137523', 'read find tvdb 81189 --details --region DE'))
    .action(acting(readFindCommand));
}

/** `read find <imdb|tvdb> <id>`: the title behind an id as an application would get it. */
async function readFindCommand(
  options: FindOptions,
  context: CliContext,
  givenSource: string,
  givenId: string,
): Promise<void> {
  const { source, id } = parseInput(externalIdSchema, { source: givenSource, id: givenId });
  const region = options.region === undefined ? undefined : parseInput(askedRegionSchema, options.region);
  const language = parseInput(askedLanguageSchema, options.language ?? regionLanguage(region, context.settings));
  const asked = { language, details: options.details === true, ...(region !== undefined && { region }) };
  const answer = await withReader(options, context, (reader) => reader.find(source, id, asked));
  const { externalId, matches, mediaType, id: titleId, ...rest } = answer;
  if (answer.title === null || mediaType === null || titleId === null) {
    throw noTitle(answer);
  }
  const { document, text } = titleResult({ ...rest, mediaType, id: titleId });
  const names = matches.map((match) => `${match.mediaType}:${match.id}`).join(', also ');
  context.output.result({ externalId, matches, ...document }, `${title(`${source} ${id}`)} is ${names}\n${text}`);
}

function noTitle(answer: FindAnswer): PermanentError {
  const { externalId, mediaType, id, absent } = answer;
  const named = `the ${externalId.source} id ${externalId.id}`;
  if (absent) {
    return new PermanentError('not_in_table', `TMDB knows no film and no series with ${named}`);
  }
  const missing =
    id === null
      ? `the table holds no title with ${named}, and TMDB is only asked where a stack runs: start one with \`local\``
      : `the table holds no ${mediaType} ${id}, which has ${named}; \`enqueue --title ${mediaType}:${id}\` asks TMDB for it`;
  return nothingRead(answer, missing, `${named} could not be looked up`);
}
