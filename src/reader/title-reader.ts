/**
 * A title through the tiers, in several languages at once:
 *
 *   memory → table (one BatchGet for all that is missing) → TMDB, where neither has it in any of the languages
 *
 * What is stale, or missing in the asked language or of the details, is requested from the pipeline in the background.
 */
import { titleRowFor } from '../shared/tables/title-row.ts';
import { isComplete, isWorthFetching } from './language-fallback.ts';
import type { MemoryTier } from './memory-tier.ts';
import { comesWhole, titleMessage } from './pipeline-requests.ts';
import type { TitleRef } from './reader-api.ts';
import {
  keptLoss,
  type LiveCalls,
  type LiveOutcome,
  liveKeptMs,
  notCached,
  nothing,
  readOfLive,
  type TierDependencies,
  type TierRead,
} from './tiers.ts';
import { dueSince, knownParts } from './title-details.ts';
import {
  isAlive,
  keepTitle,
  knownTitle,
  type TitleRead,
  type TitleReader,
  type TitleTable,
  type TitleVersion,
} from './title-table.ts';

/** Reads a title in one language from TMDB, with one call for all who ask at the same time. */
type TitleLive = (ref: TitleRef, language: string) => Promise<LiveOutcome<TitleVersion>>;

/** The title reader of one process, over what `fromTable` brings from the first two tiers. */
export function titleReader(deps: TierDependencies, memory: MemoryTier, fromTable: TitleTable): TitleReader {
  const fromTmdb = deps.live && titleLive(deps, deps.live, memory);
  return {
    peek: (ref, languages) => fromTable(ref, languages, false),
    known: (ref, language) => knownTitle(ref, language, deps, memory),
    read: async (ref, languages, country) => {
      let read = await fromTable(ref, languages, country !== undefined);
      if (read.found.length === 0 && read.problem === undefined) {
        const live: TierRead<TitleVersion> =
          fromTmdb === undefined
            ? nothing(notCached('title', read))
            : readOfLive(await fromTmdb(ref, languages[0]), undefined);
        read = { ...live, ...(read.parts && { parts: read.parts }) };
      }
      if (read.found.length > 0 && read.problem === undefined) {
        askFor(ref, languages, read, country, deps);
      }
      return read;
    },
  };
}

/** Requests what is stale or missing: the whole title where that brings it, else one language. */
function askFor(
  { mediaType, id }: TitleRef,
  languages: readonly [string, ...string[]],
  read: TitleRead,
  country: string | undefined,
  deps: TierDependencies,
): void {
  const { clock, settings, pipeline } = deps;
  const fetchable = languages.filter((language) => isWorthFetching(language, languages[0], settings));
  const wanted = wantedLanguage(fetchable, read.found, clock.nowMs());
  const due = dueDetails(read, country, deps);
  if (due !== undefined) {
    const { externalIds } = knownParts(read.parts ?? {}, clock.nowMs());
    pipeline?.refreshWhole(mediaType, id, due, externalIds?.externalIds.imdb);
  }
  if (wanted !== undefined && !(due !== undefined && comesWhole(wanted, settings))) {
    const seen = read.found.find(({ language }) => language === wanted)?.fetchedAt ?? '';
    pipeline?.refreshTitle(mediaType, id, wanted, seen);
  }
}

/** Since when the details that were asked for are due (`dueSince`). Nobody fetches them where they are switched off. */
function dueDetails(
  { parts = {} }: TitleRead,
  country: string | undefined,
  { clock, settings }: TierDependencies,
): string | undefined {
  const nowMs = clock.nowMs();
  return country === undefined || !settings.details.enabled
    ? undefined
    : dueSince(knownParts(parts, nowMs), country, nowMs, settings);
}

/**
 * The one language that the pipeline should fetch: the asked one where it is missing or stale; where it is fresh but incomplete, the next
 * one that is missing or stale.
 */
function wantedLanguage(
  languages: readonly string[],
  versions: readonly TitleVersion[],
  nowMs: number,
): string | undefined {
  for (const language of languages) {
    const version = versions.find((known) => known.language === language);
    if (version === undefined || nowMs >= version.freshUntilMs) {
      return language;
    }
    if (isComplete(version)) {
      return undefined;
    }
  }
  return undefined;
}

/** A title from TMDB. It is sent to the pipeline, and put into memory as if it had been read from the table. */
function titleLive(deps: TierDependencies, calls: LiveCalls, memory: MemoryTier): TitleLive {
  const { clock, settings } = deps;
  const load = (ref: TitleRef, language: string) => async () => {
    const answer = await calls.title(ref.mediaType, ref.id, language);
    if (answer.kind !== 'ok') {
      return keptLoss(answer, settings);
    }
    const item = titleMessage(answer.value, language, clock.nowMs());
    deps.pipeline?.sendTitle(item);
    const version = keepTitle(titleRowFor(item, item.title, settings), language, memory, deps);
    return { value: { kind: 'ok' as const, found: version === undefined ? [] : [version] }, keepMs: liveKeptMs };
  };
  return async (ref, language) => {
    const key = `live#${ref.mediaType}/${ref.id}/${language}`;
    const { value } = await memory.get<LiveOutcome<TitleVersion>>(key, load(ref, language));
    return value.kind === 'ok' ? { ...value, found: value.found.filter((one) => isAlive(one, clock)) } : value;
  };
}
