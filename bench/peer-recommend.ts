/** This project's recommendation over another way to the data: candidates, scores and variety are the same for all subjects. */
import type { ListReader } from '../src/reader/list-reader.ts';
import { memoryTier } from '../src/reader/memory-tier.ts';
import type { RecommendAnswer, RecommendRequest, TitleRef } from '../src/reader/reader-api.ts';
import { checkedRecommendation } from '../src/reader/reader-input.ts';
import { recommend } from '../src/reader/recommend/recommend.ts';
import { builtInImages } from '../src/reader/reference-tier.ts';
import { nothing } from '../src/reader/tiers.ts';
import type { TitleReader, TitleVersion } from '../src/reader/title-table.ts';
import { isoFromMs } from '../src/shared/core/clock.ts';
import type { Feed } from '../src/shared/core/feed.ts';
import { feedRules } from '../src/shared/core/feed-rules.ts';
import { runIdFor, snapshotFor } from '../src/shared/core/snapshot.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import { cardOf } from '../src/shared/tables/card.ts';
import { type ListRow, liveRows } from '../src/shared/tables/read-list.ts';
import { classifyAnswer } from '../src/shared/tmdb/classify-answer.ts';
import { feedRequest, titleRequest } from '../src/shared/tmdb/feed-request.ts';
import { normalizePage, normalizeTitle } from '../src/shared/tmdb/normalize-page.ts';
import type { TmdbPort, TmdbRequest } from '../src/shared/tmdb/tmdb-port.ts';

/** What TMDB says to a request, read at once: `undefined` where there is no such thing. */
export type Fetch = <T>(request: TmdbRequest, read: (json: unknown) => T) => Promise<T | undefined>;

/** Where a peer's recommendation gets what it is made from. */
export type PeerSources = {
  /** One page of a feed, in its order. */
  page(feed: Feed, page: number): Promise<readonly ListRow[]>;
  /** How many pages of a feed are read; 0: this peer does not use it. */
  pagesOf(feed: Feed): number;
  title(ref: TitleRef): Promise<TitleVersion | undefined>;
};

/** How old a peer lets things become: as the predecessor did. */
export const peerTtlMs = 7 * 86_400_000;

/** The answer, made from `sources`. Only liked titles are looked up one by one: picks stay in their list's language. */
export function peerRecommend(
  request: RecommendRequest,
  sources: PeerSources,
  settings: Settings,
): Promise<RecommendAnswer> {
  const input = checkedRecommendation(request, settings);
  const liked = new Set(input.liked.map(refText));
  const lists: ListReader = {
    read: async (feed, { limit }) => {
      const wanted = Array.from({ length: sources.pagesOf(feed) }, (_, index) => sources.page(feed, index + 1));
      const rows = (await Promise.all(wanted)).flat();
      return { ...nothing(undefined), found: liveRows(rows, limit, systemClock.nowMs()), from: 'tmdb' };
    },
  };
  const peek: TitleReader['peek'] = async (ref) => {
    const version = liked.has(refText(ref)) ? await sources.title(ref) : undefined;
    return { ...nothing(undefined), found: version === undefined ? [] : [version], from: 'tmdb' };
  };
  const titles = { peek, read: peek, known: () => undefined };
  const nothingKnown = new Map();
  const facts = {
    read: async () => ({ facts: nothingKnown, livesOf: () => [], isDue: false, from: 'memory' as const }),
    known: () => nothingKnown,
    askFor: () => undefined,
  };
  const spare = { earn: () => undefined, take: () => [] };
  const likedBudget = { earn: () => undefined, trySpend: () => false };
  const reference = {
    images: () => builtInImages,
    service: (id: number) => ({ id, name: null, logoPath: null }),
    ready: async () => undefined,
  };
  return recommend(input, {
    lists,
    titles,
    facts,
    reference,
    likedBudget,
    spare,
    background: { run: () => undefined, settled: async () => undefined },
    memory: memoryTier(settings.reader.memory.maxBytes, systemClock),
    pipeline: undefined,
    clock: systemClock,
    settings,
  });
}

/** Pages that this project fetches of a feed. */
export function pagesOf(feed: Feed, settings: Settings): number {
  return feedRules(feed, settings).pages;
}

/** One page of a feed by `fetch`, as rows. */
export async function fetchPage(feed: Feed, page: number, fetch: Fetch, settings: Settings): Promise<ListRow[]> {
  const nowMs = systemClock.nowMs();
  const snapshot = snapshotFor(nowMs, runIdFor('peer'));
  const rows = await fetch(feedRequest({ feed, page, snapshot }, settings), (json) => {
    const life = { snapshot, ...lifeFrom(nowMs) };
    return (normalizePage(json, feed, page)?.titles ?? []).map((listed) => ({ ...listed, ...life }));
  });
  return rows ?? [];
}

/** A title by `fetch`, in the settings' language. */
export function fetchTitle(ref: TitleRef, fetch: Fetch, settings: Settings): Promise<TitleVersion | undefined> {
  const { defaultLanguage: language } = settings;
  return fetch(titleRequest(ref.mediaType, ref.id, language), (json) => {
    const title = normalizeTitle(json, ref.mediaType, ref.id);
    if (title === undefined) {
      throw new Error(`TMDB's answer for ${refText(ref)} describes another title`);
    }
    return { language, card: cardOf(title), ...lifeFrom(systemClock.nowMs()) };
  });
}

/** Calls TMDB each time. @throws for an answer that is neither good nor "no such thing": no subject is to be measured by it. */
export function callTmdb(tmdb: TmdbPort): Fetch {
  return async (request, read) => {
    const verdict = classifyAnswer(await tmdb.get(request), systemClock.nowMs());
    if (verdict.fate === 'ok') {
      return read(verdict.json);
    }
    if (verdict.fate !== 'not-found') {
      throw new Error(`${request.path}: ${verdict.detail}`);
    }
    return undefined;
  };
}

/** A title by medium and id. */
export function refText({ mediaType, id }: TitleRef): string {
  return `${mediaType}/${id}`;
}

function lifeFrom(nowMs: number) {
  return { fetchedAt: isoFromMs(nowMs), freshUntilMs: nowMs + peerTtlMs, expiresAtMs: nowMs + peerTtlMs };
}
