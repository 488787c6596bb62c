/**
 * The title behind an id elsewhere, through the tiers:
 *
 *   memory → table (the row of the id, then its title) → TMDB's `/find`, where neither has it
 *
 * A row may tell of the past: its title is gone at TMDB, or has another id there now. So TMDB is asked for the id, too, where the title is not
 * in the cache any more, and where its details tell of another id.
 */
import { isoFromMs } from '../shared/core/clock.ts';
import type { MediaType } from '../shared/core/feed.ts';
import { type ExternalId, externalIdText } from '../shared/queues/details/detail-kinds.ts';
import type { StoredParts } from '../shared/tables/details-row.ts';
import { externalIdLife } from '../shared/tables/row-life.ts';
import { titleRowFor } from '../shared/tables/title-row.ts';
import { languageChain } from './language-fallback.ts';
import type { MemoryTier } from './memory-tier.ts';
import { titleMessage } from './pipeline-requests.ts';
import { type Aged, provenanceOf } from './provenance.ts';
import type { FindAnswer, Origin, Problem, TitleAnswer, TitleRef } from './reader-api.ts';
import type { AskedTitle } from './reader-input.ts';
import type { TableGuard } from './table-guard.ts';
import {
  keptLoss,
  type LiveCalls,
  type LiveOutcome,
  liveKeptMs,
  nothing,
  originOf,
  problemOf,
  readOfLive,
  type TierDependencies,
  type TierRead,
  toProblem,
} from './tiers.ts';
import { knownParts } from './title-details.ts';
import { keepTitle, type TitleTable } from './title-table.ts';

/** A title that has an id elsewhere, as of `fetchedAt` (ISO 8601 UTC). */
type Match = TitleRef & { fetchedAt: string; expiresAtMs: number };

/**
 * Which kind comes first where an id stands for both. IMDb: as in TMDB's answer. TheTVDB is a catalogue of series, and counts its films apart. It does
 * not depend on what the cache holds, so all containers answer alike.
 */
const order: Record<ExternalId['source'], readonly MediaType[]> = { imdb: ['movie', 'tv'], tvdb: ['tv', 'movie'] };

/** What finding needs. `read` answers a title that is there no longer than what stands beside it. */
export type FindDependencies = TierDependencies & {
  memory: MemoryTier;
  table: TableGuard;
  titles: TitleTable;
  images: () => FindAnswer['images'];
  read: (ref: TitleRef, asked: AskedTitle, beside: Aged) => Promise<TitleAnswer>;
};

/** Finds titles by their ids elsewhere. Never rejects. */
export type TitleFinder = (externalId: ExternalId, asked: AskedTitle) => Promise<FindAnswer>;

/** The finder of one process. */
export function titleFinder(deps: FindDependencies): TitleFinder {
  const fromTmdb = deps.live && findLive(deps, deps.live);
  const answerOf = async (by: TierRead<Match>, externalId: ExternalId, asked: AskedTitle) => {
    const [match] = by.found;
    return match === undefined
      ? notFound(externalId, by, deps)
      : found(await readMatch(match, asked, deps), externalId, by);
  };
  return async (externalId, asked) => {
    const row = await readRow(externalId, deps);
    const known = row.found[0] && (await readKnown(row.found[0], externalId, asked, deps));
    if (known !== undefined) {
      return answerOf({ ...row, from: slowest(row.from, known) }, externalId, asked);
    }
    if (row.problem !== undefined || fromTmdb === undefined) {
      return answerOf(nothing(row.problem ?? notCached(row)), externalId, asked);
    }
    return answerOf(readOfLive(await fromTmdb(externalId, asked.language), undefined), externalId, asked);
  };
}

/**
 * The tier that has the title which a row names; `none` where the table does not tell, or TMDB cannot be asked. `undefined`: TMDB is to be asked what
 * has the id now. Where the title is not there, that tells more than a call about the title.
 */
async function readKnown(
  match: Match,
  externalId: ExternalId,
  { language, region }: AskedTitle,
  { titles, live, clock, settings }: FindDependencies,
): Promise<Origin | undefined> {
  const { found, from, problem, parts } = await titles(match, languageChain(language, region, settings), true);
  const isPast = isRefuted(match, externalId, parts, clock.nowMs());
  return !isPast && (found.length > 0 || problem !== undefined || live === undefined) ? from : undefined;
}

function readMatch({ mediaType, id, expiresAtMs }: Match, asked: AskedTitle, { read, clock }: FindDependencies) {
  const fetchedAt = isoFromMs(clock.nowMs());
  return read({ mediaType, id }, asked, { fetchedAt, freshUntilMs: expiresAtMs, expiresAtMs });
}

/** The row of an id in the first two tiers. */
async function readRow(
  externalId: ExternalId,
  { memory, table, catalog, onDamaged, clock, settings }: FindDependencies,
): Promise<TierRead<Match>> {
  const text = externalIdText(externalId);
  const { titleSeconds, staleSeconds } = settings.reader.memory;
  const load = async () => {
    let isDamaged = false;
    const row = await table.read(() =>
      catalog.readExternalId(text, (...told) => {
        isDamaged = true;
        onDamaged?.(...told);
      }),
    );
    const matches = order[externalId.source].flatMap((mediaType): Match[] => {
      const ref = row?.[mediaType];
      const { id = 0, fetchedAt = '', expiresAt = 0 } = ref ?? {};
      return ref === undefined ? [] : [{ mediaType, id, fetchedAt, expiresAtMs: expiresAt * 1_000 }];
    });
    return { value: { matches, isDamaged }, keepMs: 1_000 * (matches.length > 0 ? titleSeconds : staleSeconds) };
  };
  try {
    const got = await memory.get<{ matches: Match[]; isDamaged: boolean }>(memoryKey(text), load);
    const alive = got.value.matches.filter(({ expiresAtMs }) => clock.nowMs() < expiresAtMs);
    return { ...nothing(problemOf(got)), found: alive, from: originOf(got), isDamaged: got.value.isDamaged };
  } catch (error) {
    return nothing(toProblem(error));
  }
}

function memoryKey(text: string): string {
  return `find#${text}`;
}

/** Whether a title has another id there, or none, by its own details, which were fetched later than what a row tells. */
function isRefuted(match: Match, { source, id }: ExternalId, parts: StoredParts = {}, nowMs: number): boolean {
  const own = knownParts(parts, nowMs).externalIds;
  return own !== undefined && own.fetchedAt >= match.fetchedAt && String(own.externalIds[source]) !== id;
}

/**
 * Asks TMDB, once for all who ask for an id at the same time. What is found goes into memory as if it had been read from the table, and to the
 * writer: the cards as titles, each with the id that it was found by.
 */
function findLive(deps: FindDependencies, calls: LiveCalls) {
  const { memory, clock, settings } = deps;
  const load = (externalId: ExternalId, language: string) => async () => {
    const answer = await calls.find(externalId, language);
    if (answer.kind !== 'ok') {
      return keptLoss(answer, settings);
    }
    const text = externalIdText(externalId);
    const nowMs = clock.nowMs();
    const times = { fetchedAt: isoFromMs(nowMs), expiresAtMs: externalIdLife(nowMs, settings).expiresAtMs };
    const matches: Match[] = [];
    for (const title of answer.value) {
      const item = titleMessage(title, language, nowMs, text);
      deps.pipeline?.sendTitle(item);
      keepTitle(titleRowFor(item, item.title, settings), language, memory, deps);
      matches.push({ mediaType: title.mediaType, id: title.id, ...times });
    }
    const kinds = order[externalId.source];
    matches.sort((a, b) => kinds.indexOf(a.mediaType) - kinds.indexOf(b.mediaType));
    const keepMs = 1_000 * settings.reader.memory.titleSeconds;
    memory.put(memoryKey(text), { value: { matches, isDamaged: false }, keepMs });
    return { value: { kind: 'ok' as const, found: matches }, keepMs: liveKeptMs };
  };
  return async (externalId: ExternalId, language: string): Promise<LiveOutcome<Match>> => {
    const key = `live-find#${externalIdText(externalId)}`;
    const { value } = await memory.get<LiveOutcome<Match>>(key, load(externalId, language));
    return value;
  };
}

function notCached({ isDamaged = false }: TierRead<Match>): Problem {
  return isDamaged
    ? { code: 'not_cached', detail: 'what the table holds of this id is damaged', cause: 'row_damaged' }
    : { code: 'not_cached', detail: 'the table holds no title with this id' };
}

const slowestFirst: readonly Origin[] = ['tmdb', 'table', 'memory'];

function slowest(...origins: readonly Origin[]): Origin {
  return slowestFirst.find((origin) => origins.includes(origin)) ?? 'none';
}

/** The answer of a title as that of a find: it comes from the slower one of the tiers that the title and its id came from. */
function found(answer: TitleAnswer, externalId: ExternalId, by: TierRead<Match>): FindAnswer {
  const from = answer.title === null ? answer.from : slowest(answer.from, by.from);
  const problem = answer.problem ?? by.problem;
  const matches = by.found.map(({ mediaType, id }) => ({ mediaType, id }));
  return { ...answer, from, externalId, matches, ...(problem && { problem }) };
}

function notFound(
  externalId: ExternalId,
  { absent, problem }: TierRead<Match>,
  { images, clock }: FindDependencies,
): FindAnswer {
  const nobody = { mediaType: null, id: null, title: null, matches: [] };
  const provenance = provenanceOf('none', undefined, clock.nowMs(), problem);
  return { externalId, ...nobody, ...provenance, absent, images: images() };
}
