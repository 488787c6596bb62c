import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { endpointOf } from '../support/embedded-reader.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { createLegacyTable, putAll } from '../support/legacy-tables.ts';
import type { Item } from '../support/memory-migration.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const page = readFileSync(join(repositoryRoot, 'docs/migrate.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text.trim());
const [before, after] = blocks('json').map((text) => JSON.parse(text) as Item);
const prefix = 'npm run -s pipeline -- ';

/** The moment at which it was begun differs, and how much has expired by then. */
function masked(line: string): string {
  return line.replace(/begun \S+/, 'begun #').replace(/(past their hard TTL +)\d+/, '$1#');
}

describeOnEngine('dynoxide', 'the migrate page', (tables) => {
  beforeAll(() => seedOldCache(tables.client, before ?? {}));

  it('prints what the commands print', async () => {
    const commands = blocks('sh');
    const outputs = blocks('text');
    expect([commands.length, outputs.length]).toEqual([2, 2]);
    for (const [n, command] of commands.entries()) {
      expect(command.startsWith(prefix)).toBe(true);
      const { code, stdout } = await runCli(command.slice(prefix.length).split(' '), {
        environment: { AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(tables) },
      });
      expect(code).toBe(0);
      const shown = (outputs[n] ?? '').split('\n').filter((line) => line !== '…');
      expect(stdout.split('\n').map(masked)).toEqual(expect.arrayContaining(shown.map(masked)));
    }
  });

  it('shows the row as it becomes', async () => {
    const { Item } = await tables.client.send(
      new GetCommand({ TableName: 'OldCache', Key: { mediaId: '550', mediaType: 'movie' } }),
    );
    expect(Item).toEqual(after);
  });
});

/** The table that the page shows: `shown`, a few hundred rows beside it, and four that are not understood. */
async function seedOldCache(client: DynamoDBDocumentClient, shown: Item): Promise<void> {
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
