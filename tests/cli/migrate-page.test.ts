import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, it } from 'vitest';
import { createTable } from '../../src/local/embedded-dynamodb.ts';
import { controlTable } from '../../src/shared/tables/table-definitions.ts';
import { runCli } from '../support/cli-process.ts';
import { endpointOf } from '../support/embedded-reader.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import type { Item } from '../support/memory-migration.ts';
import { seedOldCache } from '../support/seed-old-cache.ts';
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
  beforeAll(async () => {
    await createTable(tables.client, controlTable, 'dynoxide');
    await seedOldCache(tables.client, before ?? {});
  });

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
