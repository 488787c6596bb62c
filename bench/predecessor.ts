/**
 * How the predecessor recommends, from its description: its cache query names an index that the table does not have, and the
 * ValidationException counts as a cache miss. Everything therefore comes from TMDB, one call after the other, except ten titles whose ids
 * are in its code and which it reads by key.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { TitleRef } from '../src/reader/reader-api.ts';
import type { TitleVersion } from '../src/reader/title-table.ts';
import { type Feed, genreIdOf, globalRegion } from '../src/shared/core/feed.ts';
import { dynamoClient } from '../src/shared/tables/aws-clients.ts';
import { tryDecodeCard } from '../src/shared/tables/card.ts';
import { dynamoCatalogReader } from '../src/shared/tables/dynamo-catalog.ts';
import type { ListRow } from '../src/shared/tables/read-list.ts';
import { rowKeyText } from '../src/shared/tables/row.ts';
import { titleKey } from '../src/shared/tables/title-row.ts';
import { meterCapacity } from './capacity-meter.ts';
import {
  callTmdb,
  type Fetch,
  fetchPage,
  fetchTitle,
  type PeerSources,
  peerRecommend,
  refText,
} from './peer-recommend.ts';
import { countCalls, countedTmdb, type OpenSubject } from './reader-subjects.ts';
import type { ReaderWorld } from './reader-world.ts';

/** It discovers by the two genres that it finds first. */
const genresDiscovered = 2;

type Connections = { client: DynamoDBDocumentClient; fetch: Fetch; world: ReaderWorld; known: ReadonlySet<string> };

/** @param known - The ten titles that it reads by key. */
export function openPredecessor(world: ReaderWorld, known: readonly TitleRef[]): OpenSubject {
  const { endpoints, region } = world.endpoints;
  const client = dynamoClient({ endpoint: endpoints.dynamodb, region });
  const { tmdb, calls } = countedTmdb(world);
  const knownTexts = new Set(known.map(refText));
  return {
    recommend: async (request) => {
      const own = countCalls(tmdb);
      const sources = oneByOne({ client, fetch: callTmdb(own.tmdb), world, known: knownTexts });
      const answer = await peerRecommend(request, sources, world.settings);
      return { answer, hit: own.calls() === 0 };
    },
    callsInRequests: calls,
    capacity: meterCapacity(client),
    settled: async () => undefined,
    close: async () => client.destroy(),
  };
}

/** The sources of one recommendation: whatever is asked for waits for what was asked for before. */
function oneByOne(connections: Connections): PeerSources {
  const { fetch, world, known } = connections;
  const { settings } = world;
  let last: Promise<unknown> = Promise.resolve();
  let discovered = 0;
  const afterTheOthers = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    page: (feed, page) =>
      afterTheOthers(async () => (await cached(feed, connections)) ?? (await fetchPage(feed, page, fetch, settings))),
    pagesOf: (feed) => {
      discovered += genreIdOf(feed.category) === undefined ? 0 : 1;
      return isUsed(feed, discovered) ? 1 : 0;
    },
    title: (ref) =>
      afterTheOthers(async () => {
        const stored = known.has(refText(ref)) ? await byKey(ref, connections) : undefined;
        return stored ?? (await fetchTitle(ref, fetch, settings));
      }),
  };
}

function isUsed({ category, region }: Feed, discovered: number): boolean {
  return genreIdOf(category) === undefined
    ? region === globalRegion && (category === 'popular' || category === 'trending')
    : discovered <= genresDiscovered;
}

/** The query that never finds anything. */
async function cached({ category, media }: Feed, { client, world }: Connections): Promise<ListRow[] | undefined> {
  try {
    await client.send(
      new QueryCommand({
        TableName: world.endpoints.catalogTable,
        IndexName: 'category-index',
        KeyConditionExpression: 'category = :category AND contentType = :contentType',
        ExpressionAttributeValues: { ':category': category, ':contentType': media },
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException') {
      return undefined;
    }
    throw error;
  }
  throw new Error('the table has the index that it must not have');
}

async function byKey(ref: TitleRef, { client, world }: Connections): Promise<TitleVersion | undefined> {
  const { settings, endpoints } = world;
  const { defaultLanguage: language } = settings;
  const key = titleKey(ref.mediaType, ref.id, language, settings);
  const row = (await dynamoCatalogReader(client, endpoints.catalogTable).readTitles([key])).get(rowKeyText(key));
  const card = row && tryDecodeCard(row);
  if (row === undefined || card === undefined) {
    return undefined;
  }
  const { fetchedAt, freshUntil, expiresAt } = row;
  return { language, card, fetchedAt, freshUntilMs: Date.parse(freshUntil), expiresAtMs: expiresAt * 1_000 };
}
