import type { RecommendAnswer, RecommendRequest } from '../../reader/reader-api.ts';
import { checkedInput, recommendSchema } from '../../reader/reader-input.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { table, title } from '../format-text.ts';
import { parseCount, parseListOf, parseTitleRefs } from '../parse-input.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { withReader } from '../with-reader.ts';
import { provenanceLine } from './read-command.ts';

/** Options of `recommend`. */
export type RecommendOptions = PlaceOptions & {
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

/** `recommend`: titles from what the table holds, with why. */
export async function recommendCommand(options: RecommendOptions, context: CliContext): Promise<void> {
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
