import { type Command, Option } from 'commander';
import type { RecommendAnswer, RecommendRequest } from '../../reader/reader-api.ts';
import { checkedInput, recommendSchema } from '../../reader/reader-input.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, withPlace } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import { parseCount, parseListOf, parseTitleRefs } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { provenanceLine, withReader } from '../with-reader.ts';

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
