/** The subjects that `reader` compares. Each is opened cold for every round, with an empty memory cache. */
import { createCache } from 'cache-manager';
import { openReader } from '../src/reader/open-reader.ts';
import type { RecommendAnswer, RecommendRequest } from '../src/reader/reader-api.ts';
import { dynamoClient } from '../src/shared/tables/aws-clients.ts';
import { tmdbHttp } from '../src/shared/tmdb/tmdb-http.ts';
import type { TmdbPort } from '../src/shared/tmdb/tmdb-port.ts';
import { type CapacityMeter, meterCapacity } from './capacity-meter.ts';
import { callTmdb, type Fetch, fetchPage, fetchTitle, pagesOf, peerRecommend, peerTtlMs } from './peer-recommend.ts';
import type { ReaderWorld } from './reader-world.ts';
import { benchToken } from './simulated-tmdb.ts';

/** One recommendation; `hit`: it was there without a call of TMDB. */
export type Recommendation = { answer: RecommendAnswer; hit: boolean };

/** A subject that is open. */
export type OpenSubject = {
  recommend(request: RecommendRequest): Promise<Recommendation>;
  /** Calls of TMDB so far that somebody has waited for. */
  callsInRequests(): number;
  capacity: Readonly<Pick<CapacityMeter, 'readUnits' | 'writeUnits'>>;
  /** Waits for what goes on behind the answers. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

/** A way to recommendations. */
export type SubjectName = 'this reader' | 'predecessor' | 'cache-manager';

/** This reader as an application opens it: tables, queues and live calls, which are counted. */
export function openReaderOf({ endpoints, settings }: ReaderWorld) {
  const { catalogTable, controlTable, fetchQueueUrl, itemQueueUrl, region } = endpoints;
  const client = dynamoClient({ endpoint: endpoints.endpoints.dynamodb, region });
  let calls = 0;
  const reader = openReader({
    catalogTable,
    controlTable,
    fetchQueueUrl,
    itemQueueUrl,
    client,
    sqs: { endpoint: endpoints.endpoints.sqs, region },
    // It is read once for each call.
    tmdb: {
      baseUrl: endpoints.endpoints.tmdb,
      token: async () => {
        calls += 1;
        return benchToken;
      },
    },
    settings,
  });
  return {
    reader,
    callsInRequests: () => calls,
    capacity: meterCapacity(client),
    close: () => reader.close().finally(() => client.destroy()),
  };
}

/** Recommendations of this reader. */
export function openThisReader(world: ReaderWorld): OpenSubject {
  const { reader, ...opened } = openReaderOf(world);
  return {
    ...opened,
    recommend: async (request) => {
      const answer = await reader.recommend(request);
      return { answer, hit: answer.from === 'memory' || answer.from === 'table' };
    },
    settled: reader.settled,
  };
}

/** Every list and every title that is asked for is a key; what is missing is fetched, once for all who wait. */
export function openCacheManager(world: ReaderWorld): OpenSubject {
  const { settings } = world;
  const { tmdb, calls } = countedTmdb(world);
  const cache = createCache({ ttl: peerTtlMs });
  return {
    recommend: async (request) => {
      const own = countCalls(tmdb);
      // "No such thing" is kept too, wrapped: cache-manager takes `undefined` for a miss.
      const fetch: Fetch = async (asked, read) => {
        const key = `${asked.path}?${new URLSearchParams(asked.query)}`;
        const kept = await cache.wrap(key, async () => ({ value: await callTmdb(own.tmdb)(asked, read) }));
        return kept.value;
      };
      const answer = await peerRecommend(
        request,
        {
          page: (feed, page) => fetchPage(feed, page, fetch, settings),
          pagesOf: (feed) => pagesOf(feed, settings),
          title: (ref) => fetchTitle(ref, fetch, settings),
        },
        settings,
      );
      return { answer, hit: own.calls() === 0 };
    },
    callsInRequests: calls,
    capacity: { readUnits: 0, writeUnits: 0 },
    settled: async () => undefined,
    close: async () => {
      await cache.disconnect();
    },
  };
}

/** TMDB over HTTP, with its calls counted. */
export function countedTmdb({ endpoints, settings }: ReaderWorld): { tmdb: TmdbPort; calls(): number } {
  const access = { baseUrl: endpoints.endpoints.tmdb, token: async () => benchToken };
  return countCalls(tmdbHttp(access, settings.tmdb));
}

/** The same port, with its calls counted. */
export function countCalls(tmdb: TmdbPort): { tmdb: TmdbPort; calls(): number } {
  let calls = 0;
  return {
    tmdb: {
      get: (request) => {
        calls += 1;
        return tmdb.get(request);
      },
    },
    calls: () => calls,
  };
}
