/** Which titles may be fetched, and what the tables say of them: those in the first ranks of the lists, and those that are read. */
import pLimit from 'p-limit';
import * as z from 'zod';
import type { TitleReads, TitleRecord } from '../demand/title-demand.ts';
import { type Clock, msFromIso } from '../shared/core/clock.ts';
import { type Feed, feedId } from '../shared/core/feed.ts';
import { type PartName, partNames } from '../shared/queues/details/title-parts.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { unpackText } from '../shared/tables/card.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import { type DetailsRow, detailsKey } from '../shared/tables/details-row.ts';
import { assembleList, type ListEntry } from '../shared/tables/read-list.ts';
import { isLive, rowKeyText } from '../shared/tables/row.ts';
import { titleKey } from '../shared/tables/title-row.ts';
import { parseTitleSubject, type TitleRef, titleSubject } from '../shared/tables/usage-store.ts';

/** What the table holds of a title's details. Times are epoch milliseconds. */
export type KeptDetails = {
  /** The last fetch that brought a part. */
  latestMs: number;
  /** The earliest fetch of a part, where to watch apart; `latestMs` where no other part is known. */
  oldestMs: number;
  /** When it was fetched where to watch it; `undefined`: unknown. */
  watchMs: number | undefined;
  /** Names of the parts that are not known. */
  unknown: readonly string[];
  status: string | null;
  /** Of a series. ISO days. */
  lastAirDate: string | null;
  nextAirDate: string | null;
  /** Its id at IMDb. */
  imdbId: string | null;
};

/** A title that may be fetched. */
export type TitleState = TitleRef & {
  /** `movie/550`. */
  subject: string;
  /** Expected reads a day: those that were counted, or what its best rank promises, whichever is more. */
  reads: number;
  /** Whether any of its reads was counted by name. */
  isRead: boolean;
  /** Its best place in the lists. */
  place: { rank: number; feed: string } | undefined;
  /** ISO day; `null`: not known. */
  releaseDate: string | null;
  details: KeptDetails | undefined;
  /** When a change was made that a fetch before it does not hold, epoch milliseconds; `undefined`: none is known. */
  changedMs: number | undefined;
  /** When a job for it was planned within the last 24 hours, epoch milliseconds. */
  plannedAtMs: number | undefined;
};

/** What rank `rank` promises where no read was counted: reads a day. Half a read at the top, a twentieth at rank 20. */
export function readsByRank(rank: number): number {
  return 1 / (rank + 1);
}

/** A title that is kept, before the table is asked for its details. */
export type Candidate = Pick<TitleState, 'mediaType' | 'id' | 'subject' | 'reads' | 'isRead' | 'place' | 'releaseDate'>;

/** Lists that are read at the same time. */
const listsAtOnce = 8;
/** The part of the planner's time after which no further list is read: settings may have thousands. */
const listTimeShare = 1 / 6;
/** Titles whose rows are read together: one BatchGetItem. */
const titlesAtOnce = 100;
/** Read units, for orientation: a page of a list, and a row of details or of a card, each read eventually consistent. */
const unitsOf = { list: 1, row: 0.5 } as const;

/**
 * The titles in the first `details.ranksPerFeed` ranks of `feeds`, and those that were read, by expected reads. `readUnits`: about what
 * it took; `missedLists`: that there was no time for all of the lists, in a sentence.
 */
export async function titleCandidates(
  feeds: readonly Feed[],
  reads: TitleReads,
  { catalog, clock, settings }: { catalog: Pick<CatalogReader, 'listPages'>; clock: Clock; settings: Settings },
): Promise<{ candidates: Candidate[]; readUnits: number; missedLists: string[] }> {
  const { ranksPerFeed } = settings.details;
  const limit = pLimit(listsAtOnce);
  const endMs = clock.monotonicMs() + settings.planner.timeoutSeconds * 1_000 * listTimeShare;
  // Lists count as they are now: a plan that is only looked at may be about an occurrence of next week.
  const nowMs = clock.nowMs();
  const asked = ranksPerFeed === 0 ? [] : [...new Map(feeds.map((feed) => [feedId(feed), feed]))];
  const read = await Promise.all(
    asked.map(([id, feed]) =>
      limit(async () =>
        clock.monotonicMs() >= endMs
          ? undefined
          : { id, entries: assembleList(await catalog.listPages(feed, ranksPerFeed), ranksPerFeed, nowMs) },
      ),
    ),
  );
  const lists = read.filter((list) => list !== undefined);
  const missed = asked.length - lists.length;
  const listed = lists.flatMap(({ id, entries }) => entries.map((entry) => listedCandidate(entry, id, reads)));
  const candidates = new Map([...reads].flatMap(([subject, count]) => readCandidate(subject, count)));
  // The best rank last, so that it stays.
  for (const candidate of listed.sort((a, b) => rankOf(b) - rankOf(a))) {
    candidates.set(candidate.subject, candidate);
  }
  const byReads = (a: Candidate, b: Candidate) => b.reads - a.reads || (a.subject < b.subject ? -1 : 1);
  return {
    candidates: [...candidates.values()].sort(byReads),
    readUnits: lists.length * unitsOf.list,
    missedLists:
      missed === 0 ? [] : [`${missed} of ${asked.length} lists were not searched for titles: no time was left`],
  };
}

function rankOf({ place }: Candidate): number {
  return place?.rank ?? 0;
}

/** A title that is read, as an entry by its name; nothing for what is no title. */
function readCandidate(subject: string, reads: number): [string, Candidate][] {
  const title = parseTitleSubject(subject);
  return title === undefined
    ? []
    : [[subject, { ...title, subject, reads, isRead: true, place: undefined, releaseDate: null }]];
}

function listedCandidate({ mediaType, id, rank, releaseDate }: ListEntry, feed: string, reads: TitleReads): Candidate {
  const subject = titleSubject(mediaType, id);
  const counted = reads.get(subject) ?? 0;
  const promised = readsByRank(rank);
  const isRead = counted > 0;
  return { mediaType, id, subject, reads: Math.max(counted, promised), isRead, place: { rank, feed }, releaseDate };
}

/** What the table says of the first candidates, as many as there is time for until `isOver`. */
export async function lookAtTitles(
  candidates: readonly Candidate[],
  { plannedAtMs }: Pick<TitleRecord, 'plannedAtMs'>,
  catalog: Pick<CatalogReader, 'readDetails' | 'readTitles'>,
  nowMs: number,
  isOver: () => boolean,
  settings: Settings,
): Promise<{ titles: TitleState[]; readUnits: number }> {
  const titles: TitleState[] = [];
  let readUnits = 0;
  for (let from = 0; from < candidates.length && !isOver(); from += titlesAtOnce) {
    const some = candidates.slice(from, from + titlesAtOnce);
    const rows = await catalog.readDetails(some.map(({ mediaType, id }) => detailsKey(mediaType, id)));
    // When a film was released that stands in no list is told by its card; of a series its details tell whether it is airing.
    const unlisted = some.filter(({ place, mediaType }) => place === undefined && mediaType === 'movie');
    const dates = await releaseDates(unlisted, catalog, settings);
    readUnits += (some.length + unlisted.length) * unitsOf.row;
    for (const one of some) {
      titles.push({
        ...one,
        releaseDate: one.releaseDate ?? dates.get(one.subject) ?? null,
        details: keptDetails(rows.get(rowKeyText(detailsKey(one.mediaType, one.id))), nowMs),
        changedMs: undefined,
        plannedAtMs: plannedAtMs.get(one.subject),
      });
    }
  }
  return { titles, readUnits };
}

async function releaseDates(
  titles: readonly Candidate[],
  catalog: Pick<CatalogReader, 'readTitles'>,
  settings: Settings,
): Promise<Map<string, string | null>> {
  if (titles.length === 0) {
    return new Map();
  }
  const keyOf = ({ mediaType, id }: Candidate) => titleKey(mediaType, id, settings.defaultLanguage, settings);
  const rows = await catalog.readTitles(titles.map(keyOf));
  return new Map(
    titles.flatMap((title) => {
      const row = rows.get(rowKeyText(keyOf(title)));
      return row === undefined ? [] : [[title.subject, row.releaseDate ?? null] as const];
    }),
  );
}

/** The fetch time of a part. */
const partSchema = z.object({ fetchedAt: z.iso.datetime() });
const airedSchema = z.object({ airDate: z.string().nullable() }).nullable();

/** What a plan needs to know of a row: reading all that a row holds would take five times as long. */
const partsSchema = z.object({
  ...Object.fromEntries(partNames.map((name) => [name, partSchema.optional().catch(undefined)])),
  base: partSchema
    .extend({
      status: z.string().nullable().default(null),
      series: z.object({ last: airedSchema, next: airedSchema }).nullable().default(null),
    })
    .optional()
    .catch(undefined),
  externalIds: partSchema
    .extend({ externalIds: z.object({ imdb: z.string().nullable() }) })
    .optional()
    .catch(undefined),
});

/** What a row of details says; `undefined` where it has expired, is damaged or is not there. */
export function keptDetails(row: DetailsRow | undefined, nowMs: number): KeptDetails | undefined {
  const parts = row !== undefined && isLive(row, nowMs) ? readParts(row) : undefined;
  const known = new Map(
    Object.entries(parts ?? {}).flatMap(([name, part]) =>
      part === undefined ? [] : [[name, msFromIso(part.fetchedAt)] as const],
    ),
  );
  if (parts === undefined || known.size === 0) {
    return undefined;
  }
  const latestMs = Math.min(Math.max(...known.values()), nowMs);
  const others = [...known].flatMap(([name, fetchedMs]) => (name === 'watch' ? [] : [fetchedMs]));
  const { status = null, series = null } = parts.base ?? {};
  return {
    latestMs,
    oldestMs: Math.min(...others, latestMs),
    watchMs: known.get('watch'),
    unknown: partNames.filter((name) => !known.has(name)),
    status,
    lastAirDate: series?.last?.airDate ?? null,
    nextAirDate: series?.next?.airDate ?? null,
    imdbId: parts.externalIds?.externalIds.imdb ?? null,
  };
}

type Parts = Partial<Record<PartName, z.infer<typeof partSchema>>> & z.infer<typeof partsSchema>;

function readParts(row: DetailsRow): Parts | undefined {
  try {
    return partsSchema.safeParse(JSON.parse(unpackText(row.parts))).data as Parts | undefined;
  } catch {
    return undefined;
  }
}
