/**
 * A title through the tiers, in several languages at once:
 *
 *   memory → table (one BatchGet for all that is missing) → TMDB, where neither has it in any of the languages
 *
 * What is stale, or missing in the asked language, is asked for behind the answer.
 */
import { isComplete, isWorthFetching } from './language-fallback.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { TitleRef } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import type { TableGuard } from './table-guard.ts';
import { notCached, nothing, readOfLive, type TierRead } from './tier-answers.ts';
import { type TitleVersion, titleLive, titleTable } from './title-tiers.ts';

/** Reads titles. Never rejects. */
export type TitleReader = {
  /** From the first two tiers; asks for nothing. `languages`: best first. */
  peek(ref: TitleRef, languages: readonly string[]): Promise<TierRead<TitleVersion>>;
  /** From all tiers. */
  read(ref: TitleRef, languages: readonly [string, ...string[]]): Promise<TierRead<TitleVersion>>;
};

/** Reads titles of one process. */
export function titleReader(deps: ReaderDependencies, memory: MemoryTier, table: TableGuard): TitleReader {
  const fromTable = titleTable(deps, memory, table);
  const fromTmdb = deps.live && titleLive(deps, deps.live, memory);
  const askFor = (
    ref: TitleRef,
    languages: readonly [string, ...string[]],
    versions: readonly TitleVersion[],
  ): void => {
    const fetchable = languages.filter((language) => isWorthFetching(language, languages[0], deps.settings));
    const wanted = wantedLanguage(fetchable, versions, deps.clock.nowMs());
    if (wanted !== undefined) {
      const seen = versions.find(({ language }) => language === wanted)?.fetchedAt ?? '';
      deps.pipeline?.refreshTitle(ref.mediaType, ref.id, wanted, seen);
    }
  };
  return {
    peek: fromTable,
    read: async (ref, languages) => {
      let read = await fromTable(ref, languages);
      if (read.found.length === 0 && read.problem === undefined) {
        read =
          fromTmdb === undefined
            ? nothing(notCached('title', read))
            : readOfLive(await fromTmdb(ref, languages[0]), undefined);
      }
      if (read.found.length > 0 && read.problem === undefined) {
        askFor(ref, languages, read.found);
      }
      return read;
    },
  };
}

/**
 * The one language that the pipeline should fetch: the asked one where it is missing or stale; where it is there but not whole,
 * the next one that is missing or stale.
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
