/**
 * A title through the tiers, in several languages at once:
 *
 *   memory → table (one BatchGet for all that is missing) → TMDB, where neither has it in any of the languages
 *
 * What is stale, or missing in the asked language, is requested from the pipeline in the background.
 */
import DataLoader from 'dataloader';
import type { Clock } from '../shared/core/clock.ts';
import { tryDecodeCard } from '../shared/tables/card.ts';
import { type OnDamaged, type RowKey, rowKeyText } from '../shared/tables/row.ts';
import { type TitleRow, titleKey, titleRowFor } from '../shared/tables/title-row.ts';
import { type InLanguage, isComplete, isWorthFetching } from './language-fallback.ts';
import type { Got, MemoryTier } from './memory-tier.ts';
import { titleMessage } from './pipeline-requests.ts';
import type { Aged } from './provenance.ts';
import type { TitleRef } from './reader-api.ts';
import type { TableGuard } from './table-guard.ts';
import {
  type LiveCalls,
  type LiveOutcome,
  notCached,
  nothing,
  originOf,
  problemOf,
  readOfLive,
  type TierDependencies,
  type TierRead,
  toProblem,
} from './tiers.ts';

/** A title row in one language, decoded. */
export type TitleVersion = InLanguage & Aged;

/** A row as memory keeps it. `null`: the table has none; `damaged`: it cannot be read. */
type Stored = TitleVersion | null | 'damaged';

/** How long the outcome of a live call is shared; by then the title is in memory. */
const liveKeptMs = 1_000;
/** The most keys that DynamoDB's BatchGetItem takes. Source: its API reference, November 2026. */
const keysPerRead = 100;

/** Reads titles. Never rejects. */
export type TitleReader = {
  /** From the first two tiers, without requesting a refresh. `languages`: best first. */
  peek(ref: TitleRef, languages: readonly string[]): Promise<TierRead<TitleVersion>>;
  /** From all tiers. Requests a refresh for what is stale or missing. */
  read(ref: TitleRef, languages: readonly [string, ...string[]]): Promise<TierRead<TitleVersion>>;
};

/** Reads the languages of a title in the first two tiers, in the order asked for. Never rejects. */
type TitleTable = (ref: TitleRef, languages: readonly string[]) => Promise<TierRead<TitleVersion>>;

/** Reads a title in one language from TMDB, with one call for all who ask at the same time. */
type TitleLive = (ref: TitleRef, language: string) => Promise<LiveOutcome<TitleVersion>>;

/** The title reader of one process. */
export function titleReader(deps: TierDependencies, memory: MemoryTier, table: TableGuard): TitleReader {
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

/** Memory, then one BatchGet for all that is missing at the same time. */
function titleTable(deps: TierDependencies, memory: MemoryTier, table: TableGuard): TitleTable {
  const { clock } = deps;
  const loader = new DataLoader<RowKey, TitleRow | undefined | 'damaged', string>(
    async (keys) => {
      const damaged = new Set<string>();
      const onDamaged: OnDamaged = (key, why) => {
        damaged.add(rowKeyText(key));
        deps.onDamaged?.(key, why);
      };
      const rows = await table.read(() => deps.catalog.readTitles(distinct(keys), onDamaged));
      return keys.map(rowKeyText).map((key) => rows.get(key) ?? (damaged.has(key) ? 'damaged' : undefined));
    },
    { cache: false, maxBatchSize: keysPerRead },
  );
  const load = (ref: TitleRef, language: string) =>
    memory.get<Stored>(titleText(ref, language, deps), async () => {
      const row = await loader.load(titleKey(ref.mediaType, ref.id, language, deps.settings));
      const value = row === undefined ? null : storedOf(row, language, deps.onDamaged);
      return { value, keepMs: keepMsOf(value, deps) };
    });
  return async (ref, languages) => {
    const loaded = await Promise.allSettled(languages.map((language) => load(ref, language)));
    const got = loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = loaded.find((result) => result.status === 'rejected');
    const live = got.filter((one): one is Got<TitleVersion> => isVersion(one.value) && isThere(one.value, clock));
    const problem =
      failure === undefined ? got.map(problemOf).find((one) => one !== undefined) : toProblem(failure.reason);
    const from = live.length === 0 ? 'none' : live.some((one) => originOf(one) === 'table') ? 'table' : 'memory';
    const isDamaged = got.some(({ value }) => value === 'damaged');
    return { ...nothing(problem), found: live.map(({ value }) => value), from, isDamaged };
  };
}

/** Removes repeated keys, which DynamoDB refuses: two callers may ask for the same key at the same time. */
function distinct(keys: readonly RowKey[]): RowKey[] {
  return [...new Map(keys.map((key) => [rowKeyText(key), key])).values()];
}

/** A title from TMDB. It is sent to the pipeline, and put into memory as if it had been read from the table. */
function titleLive(deps: TierDependencies, calls: LiveCalls, memory: MemoryTier): TitleLive {
  const { clock, settings } = deps;
  const load = (ref: TitleRef, language: string) => async () => {
    const answer = await calls.title(ref.mediaType, ref.id, language);
    if (answer.kind !== 'ok') {
      const { absentSeconds } = settings.reader.memory;
      const seconds = answer.kind === 'absent' ? absentSeconds : settings.reader.live.failureSeconds;
      return { value: answer, keepMs: seconds * 1_000 };
    }
    const item = titleMessage(answer.value, language, clock.nowMs());
    deps.pipeline?.sendTitle(item);
    const version = versionOf(titleRowFor(item, item.title, settings), language);
    memory.put<Stored>(titleText(ref, language, deps), { value: version, keepMs: keepMsOf(version, deps) });
    return { value: { kind: 'ok' as const, found: isVersion(version) ? [version] : [] }, keepMs: liveKeptMs };
  };
  return async (ref, language) => {
    const key = `live#${ref.mediaType}/${ref.id}/${language}`;
    const { value } = await memory.get<LiveOutcome<TitleVersion>>(key, load(ref, language));
    return value.kind === 'ok' ? { ...value, found: value.found.filter((one) => isThere(one, clock)) } : value;
  };
}

function titleText({ mediaType, id }: TitleRef, language: string, { settings }: TierDependencies): string {
  return `title#${rowKeyText(titleKey(mediaType, id, language, settings))}`;
}

function storedOf(row: TitleRow | 'damaged', language: string, onDamaged?: OnDamaged): Stored {
  const stored = row === 'damaged' ? row : versionOf(row, language);
  if (stored === 'damaged' && row !== 'damaged') {
    onDamaged?.(row, 'a card that cannot be decoded');
  }
  return stored;
}

function versionOf(row: TitleRow, language: string): Stored {
  const card = tryDecodeCard(row);
  const { fetchedAt, freshUntil, expiresAt } = row;
  return card === undefined
    ? 'damaged'
    : { language, card, fetchedAt, freshUntilMs: Date.parse(freshUntil), expiresAtMs: expiresAt * 1_000 };
}

function isVersion(value: Stored): value is TitleVersion {
  return value !== null && value !== 'damaged';
}

function isThere({ expiresAtMs }: Aged, clock: Clock): boolean {
  return clock.nowMs() < expiresAtMs;
}

function keepMsOf(value: Stored, { clock, settings }: TierDependencies): number {
  const { titleSeconds, staleSeconds } = settings.reader.memory;
  return 1_000 * (isVersion(value) && clock.nowMs() < value.freshUntilMs ? titleSeconds : staleSeconds);
}
