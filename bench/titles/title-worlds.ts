/** Titles and TMDB's answers about them, all in memory: what is measured is what a subject makes of an answer. */
import { existsSync } from 'node:fs';
import type { MediaType } from '../../src/shared/core/feed.ts';
import type { Row } from '../../src/shared/queues/details/detail-kinds.ts';
import { keptLanguages } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { titleRequest, wholeTitleRequest } from '../../src/shared/tmdb/feed-request.ts';
import type { TmdbPort, TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { detailsFolder, wholeRecordings } from '../../tests/support/recorded-titles.ts';
import { sharedDataFolder } from '../../tests/support/shared-data.ts';
import { benchToken, startSimulatedTmdb } from '../simulated-tmdb.ts';
import { atRealSize } from './real-sizes.ts';

/** Five countries, four languages. */
export const titleSettings = settingsFrom(
  JSON.stringify({
    regions: ['US/en-US', 'GB/en-US', 'DE/de-DE', 'FR/fr-FR', 'JP/ja-JP'].map((place) => ({
      region: place.slice(0, 2),
      language: place.slice(3),
    })),
  }),
);

export type TitleKey = { mediaType: MediaType; id: number };

/** A set of titles. `answers` has the body of each request that a subject may send. */
export type TitleWorld = { name: string; titles: readonly TitleKey[]; answers: ReadonlyMap<string, Buffer> };

const titlesOfMedia = { movie: 700, tv: 300 };
const rowsOfAPage = 20;

/** The names of the worlds that there can be. */
export const titleWorldNames = ["at TMDB's sizes", 'simulated', 'recorded'] as const;

/** The chosen worlds; that of the recordings only where these are. */
export async function titleWorlds(names: readonly (typeof titleWorldNames)[number][]): Promise<TitleWorld[]> {
  const simulated = names.some((name) => name !== 'recorded') ? await simulatedWorld() : undefined;
  return names.flatMap((name) => {
    if (name === 'recorded') {
      return existsSync(`${sharedDataFolder}/${detailsFolder}/index.json`) ? [recordedWorld()] : [];
    }
    return simulated === undefined ? [] : [name === 'simulated' ? simulated : sizedWorld(simulated)];
  });
}

/** TMDB as a world has it. */
export function tmdbOf({ answers }: TitleWorld): TmdbPort {
  return {
    get: async (request) => {
      const body = answers.get(requestText(request));
      return body === undefined
        ? {
            kind: 'no-response',
            code: 'not_in_the_bench',
            detail: `${requestText(request)} is no request of this bench`,
          }
        : { kind: 'response', status: 200, body: body.toString('utf8'), retryAfter: undefined };
    },
  };
}

/** The request that gives a title whole. */
export function wholeRequestOf({ mediaType, id }: TitleKey): TmdbRequest {
  return wholeTitleRequest(mediaType, id, titleSettings);
}

export function requestText({ path, query }: TmdbRequest): string {
  return `${path}?${new URLSearchParams(query)}`;
}

/** All that subjects ask about a title: it as a whole, and it in each language. */
function requestsOf(title: TitleKey): TmdbRequest[] {
  const { mediaType, id } = title;
  return [
    wholeRequestOf(title),
    ...keptLanguages(titleSettings).map((language) => titleRequest(mediaType, id, language)),
  ];
}

async function simulatedWorld(): Promise<TitleWorld> {
  const simulator = await startSimulatedTmdb({
    seed: 1,
    latencyMs: { min: 0, max: 0 },
    requestsPerSecond: 100_000,
  });
  const get = async (text: string) => {
    const answer = await fetch(`${simulator.baseUrl}${text}`, { headers: { Authorization: `Bearer ${benchToken}` } });
    return Buffer.from(await answer.arrayBuffer());
  };
  try {
    const titles: TitleKey[] = [];
    for (const [mediaType, count] of Object.entries(titlesOfMedia) as [MediaType, number][]) {
      const ids: number[] = [];
      for (let page = 1; ids.length < count; page += 1) {
        const list = await get(`/discover/${mediaType}?sort_by=popularity.desc&page=${page}`);
        const { results } = JSON.parse(list.toString()) as { results: { id: number }[] };
        if (results.length < rowsOfAPage) {
          throw new Error(`the simulator lists fewer than ${count} titles of ${mediaType}`);
        }
        ids.push(...results.map(({ id }) => id));
      }
      titles.push(...[...new Set(ids)].slice(0, count).map((id) => ({ mediaType, id })));
    }
    const answers = new Map<string, Buffer>();
    for (const text of titles.flatMap(requestsOf).map(requestText)) {
      answers.set(text, await get(text));
    }
    return { name: 'simulated', titles, answers };
  } finally {
    await simulator.stop();
  }
}

function sizedWorld({ titles, answers }: TitleWorld): TitleWorld {
  const sized = titles.map((title) => {
    const text = requestText(wholeRequestOf(title));
    const answer = JSON.parse(answers.get(text)?.toString() ?? '{}') as Row;
    return [text, Buffer.from(JSON.stringify(atRealSize(answer, title.mediaType)))] as const;
  });
  return { name: "at TMDB's sizes", titles, answers: new Map([...answers, ...sized]) };
}

/** A recorded answer is in one language; in the others the title is as its translations say. */
function recordedWorld(): TitleWorld {
  const recordings = wholeRecordings();
  const answers = recordings.flatMap(({ mediaType, answer }) => {
    const body = Buffer.from(JSON.stringify(answer));
    return requestsOf({ mediaType, id: answer.id }).map((request) => [requestText(request), body] as const);
  });
  return {
    name: 'recorded',
    titles: recordings.map(({ mediaType, answer }) => ({ mediaType, id: answer.id })),
    answers: new Map(answers),
  };
}
