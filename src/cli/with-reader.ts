import { stackRegion } from '../local/stack-endpoints.ts';
import { type OpenReaderOptions, openReader } from '../reader/open-reader.ts';
import type { Reader } from '../reader/reader-api.ts';
import type { CliContext } from './cli-context.ts';
import { type TablePlace, withTablePlace } from './open-tables.ts';
import { isOnThisMachine } from './tmdb-target.ts';

/**
 * A reader as an application would open it, while `act` runs: of a running `local` with its queues and its TMDB, else of the tables
 * alone. What a person looks at is not counted as a read.
 */
export function withReader<T>(
  options: { dataDir?: string },
  context: CliContext,
  act: (reader: Reader) => Promise<T>,
): Promise<T> {
  return withTablePlace(options, context, async (place) => {
    const reader = openReader({
      settings: context.settings,
      catalogTable: place.catalogTable,
      dynamodb: { endpoint: place.dynamodb, region: stackRegion },
      ...pipelineOf(place, context),
    });
    try {
      return await act(reader);
    } finally {
      await reader.close();
    }
  });
}

function pipelineOf({ running }: TablePlace, { environment }: CliContext): Partial<OpenReaderOptions> {
  if (running === undefined) {
    return {};
  }
  const { endpoints, controlTable, fetchQueueUrl, itemQueueUrl } = running;
  const token = environment.TMDB_API_TOKEN ?? (isOnThisMachine(endpoints.tmdb) ? 'no-token' : undefined);
  return {
    controlTable,
    fetchQueueUrl,
    itemQueueUrl,
    countReads: false,
    sqs: { endpoint: endpoints.sqs, region: stackRegion },
    ...(token !== undefined && { tmdb: { baseUrl: endpoints.tmdb, token: async () => token } }),
  };
}
