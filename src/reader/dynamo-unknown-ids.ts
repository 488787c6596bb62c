import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { clockSkewMs, hourMs } from '../shared/core/clock.ts';
import type { ReadControlItem } from '../shared/throttle/dynamo-control-items.ts';

/** Ids elsewhere (`imdb:tt0137523`) that TMDB has told to know nothing of, as all containers remember them for `unknownIdMs`. */
export type UnknownIds = {
  has(text: string, nowMs: number): Promise<boolean>;
  add(text: string, nowMs: number): Promise<void>;
};

/**
 * For how long an id is not asked for again that TMDB knows nothing of. By then somebody may have entered it there; a title that is fetched
 * with its details brings its ids sooner than that, and is found by its row.
 */
export const unknownIdMs = 6 * hourMs;

/** Ids that TMDB does not know as items `unknown-id#<id>` of the control table `tableName`, which `readItem` reads. */
export function dynamoUnknownIds(
  client: DynamoDBDocumentClient,
  tableName: string,
  readItem: ReadControlItem,
): UnknownIds {
  return {
    has: async (text, nowMs) => {
      const { notedAtMs } = (await readItem(keyOf(text))) ?? {};
      // What is noted for the future comes from a clock that was wrong, or is now.
      return typeof notedAtMs === 'number' && notedAtMs <= nowMs + clockSkewMs && nowMs < notedAtMs + unknownIdMs;
    },
    add: async (text, nowMs) => {
      const expiration = Math.ceil((nowMs + unknownIdMs) / 1_000);
      await client.send(
        new PutCommand({ TableName: tableName, Item: { id: keyOf(text), notedAtMs: nowMs, expiration } }),
      );
    },
  };
}

function keyOf(text: string): string {
  return `unknown-id#${text}`;
}
