import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedDynamo } from '../local/embedded-dynamodb.ts';
import { stackRegion } from '../local/stack-endpoints.ts';
import { readStackFile, type StackFile } from '../local/stack-file.ts';
import { dynamoClient } from '../shared/adapters/aws-clients.ts';
import { dynamoBreakerStore } from '../shared/adapters/dynamo-breaker-store.ts';
import { dynamoCatalogReader } from '../shared/adapters/dynamo-catalog-reader.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { UsageError } from '../shared/errors.ts';
import type { BreakerStore } from '../shared/ports/breaker-store.ts';
import type { CatalogReader } from '../shared/ports/catalog.ts';
import type { FeedHeads } from '../shared/ports/feed-heads.ts';
import { catalogTable, controlTable } from '../shared/table/table-definitions.ts';
import type { CliContext } from './cli-context.ts';

/** Both tables, for reading, and the breaker. */
export type Tables = { catalog: CatalogReader; heads: FeedHeads; breaker: BreakerStore };

/** The tables of a DynamoDB endpoint, open while `act` runs. */
export async function withTablesAt<T>(
  stack: { dynamodb: string; catalogTable: string; controlTable: string },
  act: (tables: Tables) => Promise<T>,
): Promise<T> {
  const client = dynamoClient({ endpoint: stack.dynamodb, region: stackRegion });
  try {
    return await act({
      catalog: dynamoCatalogReader(client, stack.catalogTable),
      heads: dynamoFeedHeads(client, stack.controlTable),
      breaker: dynamoBreakerStore(client, stack.controlTable),
    });
  } finally {
    client.destroy();
  }
}

/** Where a reading command finds its tables; `running` is the `local` they belong to, when it is one. */
export type TablePlace = { dynamodb: string; catalogTable: string; controlTable: string; running?: StackFile };

/** The tables a reading command means, open while `act` runs. @throws UsageError when there are none. */
export function withTables<T>(
  options: { dataDir?: string },
  context: CliContext,
  act: (tables: Tables) => Promise<T>,
): Promise<T> {
  return withTablePlace(options, context, (place) => withTablesAt(place, act));
}

/**
 * Those below `--data-dir`, else those at `AWS_ENDPOINT_URL_DYNAMODB`, else those of the `local` that is running.
 * @throws UsageError when there are none.
 */
export async function withTablePlace<T>(
  options: { dataDir?: string },
  { environment }: CliContext,
  act: (place: TablePlace) => Promise<T>,
): Promise<T> {
  const names = { catalogTable: catalogTable.name, controlTable: controlTable.name };
  if (options.dataDir !== undefined) {
    const folder = join(options.dataDir, 'dynamodb');
    if (!existsSync(folder)) {
      throw new UsageError(`'${options.dataDir}' holds no tables: run an occurrence with this --data-dir first`);
    }
    const server = await startEmbeddedDynamo({ port: 0, dataDir: folder, engine: undefined });
    try {
      return await act({ ...names, dynamodb: server.endpoint });
    } finally {
      await server.stop();
    }
  }
  const endpoint = environment.AWS_ENDPOINT_URL_DYNAMODB;
  if (endpoint !== undefined && endpoint !== '') {
    return act({ ...names, dynamodb: endpoint });
  }
  const running = readStackFile();
  if (running === undefined) {
    throw new UsageError('there are no tables to read: start the stack with `local`, or name a --data-dir');
  }
  const { catalogTable: catalog, controlTable: control } = running;
  return act({ dynamodb: running.endpoints.dynamodb, catalogTable: catalog, controlTable: control, running });
}
