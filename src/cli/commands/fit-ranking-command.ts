import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { TitleRef } from '../../reader/reader-api.ts';
import { refKey } from '../../reader/recommend/candidates.ts';
import { messageOf, UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { seededRandom } from '../../tmdb-simulator/seeded-random.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { candidateOf, type Fitted, fitRanking, likesOf } from '../fit-ranking.ts';
import { table, title } from '../format-text.ts';
import type { PlaceOptions } from '../stack-place.ts';
import { withReader } from '../with-reader.ts';

type FitOptions = PlaceOptions & { likes?: string };

/** As many as a reader takes at a time. */
const titlesAtOnce = 100;

/** `fit-ranking`. */
export function addFitRankingCommand(program: Command): void {
  withPlace(program.command('fit-ranking'))
    .description("weights of recommendations from an application's own likes, as settings")
    .requiredOption('--likes <file>', 'CSV of viewer,media,id,at, such as v1,movie,550,2026-11-23T20:00:00Z')
    .addHelpText(
      'after',
      examples('fit-ranking --likes likes.csv --data-dir data', 'fit-ranking --likes likes.csv --stack aws'),
    )
    .action(acting(fitRankingCommand));
}

/** `fit-ranking --likes FILE`: reads the liked titles from the table, and prints the weights that fit the likes. */
async function fitRankingCommand(options: FitOptions, context: CliContext): Promise<void> {
  const file = options.likes ?? '';
  const likes = likesOf(textOf(file), `--likes '${shown(file)}'`);
  const refs = [...new Map(likes.map(({ ref }) => [refKey(ref), ref])).values()];
  const titles = await readTitles(refs, options, context);
  const fitted = fitRanking(likes, titles, context.settings, seededRandom(1).next);
  const counts = { titles: { known: titles.length, unknown: refs.length - titles.length } };
  const settings = { reader: { ranking: { weights: fitted.weights } } };
  context.output.result(
    { ...counts, ...fitted, weights: undefined, settings },
    formatFitted(fitted, context, settings),
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--likes '${shown(file)}' cannot be read: ${messageOf(error)}`);
  }
}

/** Nothing is asked of TMDB for it: of titles that the table does not have nothing is learned. */
function readTitles(refs: readonly TitleRef[], options: FitOptions, context: CliContext) {
  const read = withReader(
    options,
    context,
    async (reader) => {
      const found = [];
      for (let from = 0; from < refs.length; from += titlesAtOnce) {
        const answers = await reader.titles(refs.slice(from, from + titlesAtOnce), { details: true });
        found.push(...answers.flatMap((answer) => candidateOf(answer) ?? []));
      }
      return found;
    },
    'tables',
  );
  return read;
}

function formatFitted({ viewers, likes, parts, right, weights }: Fitted, { settings }: CliContext, fragment: object) {
  const { weights: present } = settings.reader.ranking;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rows = parts.map((part) => [part, String(present[part]), String(weights[part])]);
  return [
    title(`${likes} likes of ${viewers} viewers`),
    table(['part', 'weight now', 'fitted'], rows),
    `of a like and another title the like comes first: ${percent(right.present)} with the weights now, ${percent(right.fitted)} with fitted ones, each for viewers that they were not fitted on`,
    right.fitted > right.present
      ? 'for the settings file:'
      : 'the weights now are as good: keep them. The fitted ones:',
    JSON.stringify(fragment, undefined, 2),
  ].join('\n');
}
