import { expect, it } from 'vitest';
import { openReader } from '../../src/reader/open-reader.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';

/** A client of an empty table, without a network. */
function emptyTable() {
  const seen = { calls: [] as string[], destroyed: 0 };
  const client = dynamoClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1' });
  client.middlewareStack.add(
    (_next, context) => async () => {
      seen.calls.push(String(context.commandName));
      return { output: { $metadata: {}, Items: [] }, response: {} } as never;
    },
    { step: 'initialize', priority: 'low' },
  );
  client.destroy = () => {
    seen.destroyed += 1;
  };
  return { client, seen };
}

it("reads by the application's own client, and leaves it open", async () => {
  const { client, seen } = emptyTable();
  const reader = openReader({ catalogTable: 'MovieRecCache', client });
  const answer = await reader.list({ category: 'popular', media: 'movie' });
  await reader.close();
  expect(answer).toMatchObject({ from: 'none', problem: { code: 'not_cached' } });
  // The second one reads names of services and sizes of images, behind the answer.
  expect(seen).toEqual({ calls: ['QueryCommand', 'BatchGetItemCommand'], destroyed: 0 });
});
