import { type OpenReaderOptions, openReader } from '../reader/open-reader.ts';
import type { Origin, Provenance, Reader, TitleAnswer } from '../reader/reader-api.ts';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { shownUrl } from '../shared/core/shown-text.ts';
import { tokenAddress, tokenAddresses } from '../shared/tmdb/token-address.ts';
import type { CliContext } from './cli-context.ts';
import { formatDetails, table } from './format-text.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from './stack-place.ts';
import { isOnThisMachine } from './tmdb-target.ts';

/** Longer than in an application: a person can wait, and each command starts cold. */
const tableTimeoutMs = 10_000;

/**
 * A reader as an application would open it, while `act` runs: of a stack with its queues and its TMDB, else of the tables alone. Reads
 * from the command line are not counted.
 * @param from - `tables`: TMDB is not asked, and nothing is requested, though a stack is there.
 */
export function withReader<T>(
  options: PlaceOptions,
  context: CliContext,
  act: (reader: Reader) => Promise<T>,
  from: 'stack' | 'tables' = 'stack',
): Promise<T> {
  const read = async (place: StackPlace) => {
    const { settings } = context;
    const reader = openReader({
      settings: { ...settings, reader: { ...settings.reader, tableTimeoutMs } },
      catalogTable: place.catalogTable,
      dynamodb: place.dynamodb,
      // Without an answer the command fails with the reason; it need not be noted twice.
      logger: { warn: (message) => context.output.verbose && context.output.note(message) },
      ...(from === 'stack' && pipelineOf(place, context)),
    });
    try {
      return await act(reader);
    } finally {
      await reader.close();
    }
  };
  return withStackPlace(options, context, read, 'look');
}

function pipelineOf(place: StackPlace, { environment }: CliContext): Partial<OpenReaderOptions> {
  const { queues, controlTable, sqs, tmdb } = place;
  if (queues === undefined || tmdb === undefined) {
    return {};
  }
  if (tokenAddress(tmdb) === 'elsewhere') {
    throw new UsageError(
      `the stack's file names TMDB at '${shownUrl(tmdb)}': ${tokenAddresses}; start \`local\` again`,
    );
  }
  // An empty token is none, as for `run` and `local`.
  const token = environment.TMDB_API_TOKEN?.trim() || (isOnThisMachine(tmdb) ? 'no-token' : undefined);
  return {
    controlTable,
    fetchQueueUrl: queues.fetchQueueUrl,
    itemQueueUrl: queues.itemQueueUrl,
    countReads: false,
    sqs,
    ...(token !== undefined && { tmdb: { baseUrl: tmdb, token: async () => token } }),
  };
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

/** What was read of a title, for programs and for people. */
export function titleResult(answer: TitleAnswer): { document: object; text: string } {
  const { title: card, absent: _absent, details, images, ...provenance } = answer;
  const document = { ...provenance, ...card };
  const facts = Object.entries(document).map(([name, value]) => [name, shownValue(value)]);
  const texts = [table(['what', 'value'], facts), ...(details === undefined ? [] : formatDetails(details))];
  return { document: { ...document, ...(details && { details }), images }, text: texts.join('\n\n') };
}

/** `absent`, where the table has told so; `failed`, with the code of what kept it from that. */
export function nothingRead({ problem }: Pick<Provenance, 'problem'>, absent: string, failed: string): PermanentError {
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
