import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createLegacyTable, putAll } from './legacy-tables.ts';
import type { Item } from './memory-migration.ts';

/** The table that docs/migrate.md shows: `shown`, a few hundred rows beside it, and four that are not understood. */
export async function seedOldCache(client: DynamoDBDocumentClient, shown: Item): Promise<void> {
  const table = await createLegacyTable(client, 'OldCache');
  const row = (id: number, over: Item = {}): Item => ({
    ...{ ...shown, mediaId: String(id), data: { title: `Film ${id}` }, cacheKey: `movie_${id}` },
    ...over,
  });
  const others = Array.from({ length: 420 }, (_, n) => row(1_000 + n));
  const old = Array.from({ length: 60 }, (_, n) => row(2_000 + n, { fetchedAt: 1_740_000_000_000 + n }));
  await putAll(client, table, [
    shown,
    ...others,
    ...old,
    row(1_399, { mediaType: 'series', data: { name: 'Game of Thrones' } }),
    row(3_000, { data: undefined }),
    row(3_001, { data: '{"title":"Cut o' }),
    row(3_002, { fetchedAt: 'yesterday' }),
    row(3_003, { mediaType: 'person' }),
  ]);
}
