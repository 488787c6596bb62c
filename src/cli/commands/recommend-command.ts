import { type Command, Option } from 'commander';
import type { RecommendAnswer, RecommendRequest } from '../../reader/reader-api.ts';
import { checkedRecommendation, recommendSchema } from '../../reader/reader-input.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { filterLines, table, title, watchCell, watchHeading } from '../format-text.ts';
import { parseTitleRefs } from '../parse-input.ts';
import { membersIn, optionTold, withFilters } from '../request-options.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { provenanceLine, withReader } from '../with-reader.ts';

/** `adult`: the name of `includeAdult` until lists had it too. All others but the titles are taken by name. */
type RecommendOptions = PlaceOptions & { liked?: string; seen?: string; adult?: boolean };

/** `recommend`. */
export function addRecommendCommand(program: Command): void {
  const command = withPlace(program.command('recommend'))
    .description('titles for a viewer, from what the table holds, and why each')
    .addHelpText(
      'after',
      examples(
        'recommend --liked movie:550,tv:1399',
        'recommend --liked movie:550 --media movie --max-certification PG-13 --region US',
      ),
    )
    .option('--liked <titles>', 'titles the viewer liked, such as movie:550,tv:1399')
    .option('--seen <titles>', 'titles to leave out')
    .option('--media <media>', 'movie, tv or all (default: all)')
    .option('--region <region>', 'global, or a country such as DE')
    .option('--language <language>', 'such as en-US')
    .option('--hour <hour>', "hour of the viewer's day, 0 to 23")
    .option('--variety <share>', 'how different they are to be, 0 to 1 (default: what the settings have)')
    .option('--limit <count>', 'number of titles', '10');
  withFilters(command)
    .addOption(new Option('--adult', 'the same as --include-adult, by its former name').hideHelp())
    .action(acting(recommendCommand));
}

/** `recommend`: titles from what the table holds, with why. */
async function recommendCommand(options: RecommendOptions, context: CliContext): Promise<void> {
  const request = requestOf(options, context);
  const answer = await withReader(options, context, (reader) => reader.recommend(request));
  if (answer.picks.length === 0) {
    const { problem, candidates, filtered } = answer;
    const filters = filterLines(filtered, []);
    // Without candidates the filters say it all.
    const left = candidates === 0 && filters.length > 0 ? [] : [`of ${candidates} titles none is left`];
    const why = problem?.detail ?? [...left, ...filters].join('; ');
    throw new PermanentError('nothing_to_recommend', `nothing to recommend: ${why}`);
  }
  context.output.result(answer, formatRecommendation(answer));
}

/** @throws UsageError naming the option that is wrong and what is allowed. */
function requestOf(
  { liked = '', seen = '', adult, ...options }: RecommendOptions,
  { settings }: CliContext,
): RecommendRequest {
  const request = {
    ...membersIn(recommendSchema, { includeAdult: adult, ...options }),
    liked: parseTitleRefs(liked, '--liked'),
    seen: parseTitleRefs(seen, '--seen'),
  };
  checkedRecommendation(request, settings, optionTold);
  return request;
}

function formatRecommendation(answer: RecommendAnswer): string {
  const rows = answer.picks.map((pick, index) => [
    String(answer.offset + index + 1),
    pick.title,
    pick.mediaType,
    String(pick.id),
    pick.releaseDate?.slice(0, 4) ?? '',
    pick.score.toFixed(2),
    pick.why,
    watchCell(pick),
  ]);
  const unknown = answer.unknownLiked.map(({ mediaType, id }) => `${mediaType}:${id}`);
  return [
    title(`${answer.picks.length} of ${answer.candidates} titles in ${answer.feeds.length} lists`),
    table(['', 'title', 'kind', 'id', 'year', 'score', 'why', ...watchHeading(answer.picks)], rows),
    ...filterLines(answer.filtered, answer.picks),
    provenanceLine(answer),
    ...(unknown.length > 0 ? [`nothing is known of ${unknown.join(', ')}`] : []),
  ].join('\n');
}
