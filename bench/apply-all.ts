import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoFeedHeads } from '../src/shared/adapters/dynamo-feed-heads.ts';
import type { Item } from '../src/shared/messages/item-title.ts';
import { defaultSettings } from '../src/shared/settings.ts';
import { catalogTable, controlTable } from '../src/shared/table/table-definitions.ts';
import { applyItems } from '../src/writer/apply-items.ts';
import { dynamoCatalogStore } from '../src/writer/dynamo-catalog-adapter.ts';

/** Writes pages and titles as the writer does, in one batch; returns what that took, the feed heads included. @throws when one of them fails. */
export async function applyAll(
  client: DynamoDBDocumentClient,
  items: readonly Item[],
  tables = { catalog: catalogTable.name, control: controlTable.name },
) {
  const total = { writeUnits: 0, readUnits: 0, rowsWritten: 0 };
  const failures = await applyItems(
    items.map((item) => ({ messageId: item.jobId, item })),
    {
      store: dynamoCatalogStore(client, tables.catalog),
      heads: dynamoFeedHeads(client, tables.control),
      settings: defaultSettings,
      pace: { waitFor: async () => undefined },
      telemetry: {
        event: (event) => {
          if (event.event === 'batch-written') {
            total.writeUnits += event.writeUnits;
            total.readUnits += event.readUnits;
            total.rowsWritten += event.rowsWritten;
          }
        },
        metric: () => undefined,
        warn: () => undefined,
      },
    },
  );
  if (failures.size > 0) {
    throw new Error(`${failures.size} messages failed: ${[...failures.values()][0]}`);
  }
  return total;
}
