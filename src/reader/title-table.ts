/**
 * A title in the first two tiers: memory, then one BatchGet of the table for all rows that are wanted at the same time, cards of several
 * languages and details alike.
 */
import DataLoader from 'dataloader';
import type { Clock } from '../shared/core/clock.ts';
import { tryDecodeCard } from '../shared/tables/card.ts';
import { type DetailsRow, detailsKey, partsOf, type StoredParts } from '../shared/tables/details-row.ts';
import { type OnDamaged, type RowKey, rowKeyText } from '../shared/tables/row.ts';
import { type TitleRow, titleKey } from '../shared/tables/title-row.ts';
import type { InLanguage } from './language-fallback.ts';
import type { Got, MemoryTier } from './memory-tier.ts';
import type { Aged } from './provenance.ts';
import type { Problem, TitleRef } from './reader-api.ts';
import type { TableGuard } from './table-guard.ts';
import { nothing, originOf, problemOf, type TierDependencies, type TierRead, toProblem } from './tiers.ts';

/** A title row in one language, decoded. A stand-in was read under the key of the default language, and is in another one. */
export type TitleVersion = InLanguage & Aged & { isStandIn?: boolean };

/** A row of details as memory keeps it. */
type KeptDetails = { parts: StoredParts; freshUntilMs: number };

/** A row as memory keeps it. `null`: the table has none; `damaged`: it cannot be read. */
export type Stored<T> = T | null | 'damaged';

export type AnyRow = TitleRow | DetailsRow;

/** The most keys that DynamoDB's BatchGetItem takes. Source: its API reference, November 2026. */
const keysPerRead = 100;

/** The languages of a title, and the parts of its details where these were asked for; they may be past their hard TTL. */
export type TitleRead = TierRead<TitleVersion> & { parts?: StoredParts };

/** Reads titles. Never rejects. */
export type TitleReader = {
  /** From the first two tiers, without requesting a refresh. `languages`: best first. */
  peek(ref: TitleRef, languages: readonly string[]): Promise<TierRead<TitleVersion>>;
  /** What memory has, at once: the table is not read. */
  known(ref: TitleRef, language: string): TitleVersion | undefined;
  /**
   * From all tiers. Requests a refresh for what is stale or missing.
   * @param country - whose details are asked for; `undefined`: none are.
   */
  read(ref: TitleRef, languages: readonly [string, ...string[]], country: string | undefined): Promise<TitleRead>;
};

/** Reads the languages of a title in the first two tiers, in the order asked for, and perhaps its details. Never rejects. */
export type TitleTable = (ref: TitleRef, languages: readonly string[], withDetails: boolean) => Promise<TitleRead>;

/** Memory, then one BatchGet for all that is missing at the same time. */
export function titleTable(deps: TierDependencies, memory: MemoryTier, rows: RowLoader): TitleTable {
  const { clock } = deps;
  const load = (ref: TitleRef, language: string) => {
    const key = titleKey(ref.mediaType, ref.id, language, deps.settings);
    return memory.get<Stored<TitleVersion>>(memoryKey(key), async () => {
      const value = storedOf(await rows.load(key), (row) => versionOf(row, language), deps.onDamaged);
      return { value, keepMs: keepMsOf(value, deps) };
    });
  };
  const loadDetails = (ref: TitleRef) => {
    const key = detailsKey(ref.mediaType, ref.id);
    return memory.get<Stored<KeptDetails>>(memoryKey(key), async () => {
      const value = storedOf(await rows.load(key), keptDetailsOf, deps.onDamaged);
      return { value, keepMs: keepMsOf(value, deps) };
    });
  };
  return async (ref, languages, withDetails) => {
    const [cards, details] = await Promise.all([
      Promise.allSettled(languages.map((language) => load(ref, language))),
      Promise.allSettled(withDetails ? [loadDetails(ref)] : []),
    ]);
    const got = gotten(cards).filter(
      (one): one is Got<TitleVersion> => isThere(one.value) && isAlive(one.value, clock),
    );
    // A stand-in is no translation into the default language, so all others come first.
    const live = got.sort((a, b) => Number(a.value.isStandIn ?? false) - Number(b.value.isStandIn ?? false));
    const known = gotten(details).filter((one): one is Got<KeptDetails> => isThere(one.value));
    const all = [...cards, ...details];
    return {
      ...nothing(problemIn(all)),
      found: live.map(({ value }) => value),
      from: live.length === 0 ? 'none' : originIn([...live, ...known]),
      isDamaged: gotten(cards).some(({ value }) => value === 'damaged'),
      ...(withDetails && { parts: known[0]?.value.parts ?? {} }),
    };
  };
}

export function gotten<T>(settled: readonly PromiseSettledResult<Got<T>>[]): Got<T>[] {
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Why something could not be loaded, or is older than it should be. */
export function problemIn(settled: readonly PromiseSettledResult<Got<unknown>>[]): Problem | undefined {
  const failure = settled.find((result) => result.status === 'rejected');
  return failure === undefined
    ? gotten(settled)
        .map(problemOf)
        .find((one) => one !== undefined)
    : toProblem(failure.reason);
}

export function originIn(got: readonly Got<unknown>[]): 'table' | 'memory' {
  return got.some((one) => originOf(one) === 'table') ? 'table' : 'memory';
}

/** Loads a row of a title by its key. */
export type RowLoader = Pick<DataLoader<RowKey, AnyRow | undefined | 'damaged', string>, 'load'>;

/** Loads rows of titles, all that are wanted at the same time with one BatchGet. */
export function rowLoader(deps: TierDependencies, table: TableGuard): RowLoader {
  return new DataLoader<RowKey, AnyRow | undefined | 'damaged', string>(
    async (keys) => {
      const damaged = new Set<string>();
      const onDamaged: OnDamaged = (key, why) => {
        damaged.add(rowKeyText(key));
        deps.onDamaged?.(key, why);
      };
      const rows = await table.read(() => deps.catalog.readCardsAndDetails(distinct(keys), onDamaged));
      return keys.map(rowKeyText).map((key) => rows.get(key) ?? (damaged.has(key) ? 'damaged' : undefined));
    },
    { cache: false, maxBatchSize: keysPerRead },
  );
}

/** Removes repeated keys, which DynamoDB refuses: two callers may ask for the same key at the same time. */
function distinct(keys: readonly RowKey[]): RowKey[] {
  return [...new Map(keys.map((key) => [rowKeyText(key), key])).values()];
}

/** Puts a row into memory as if it had been read from the table. @returns the title in `language`; `undefined`: the row is damaged. */
export function keepTitle(
  row: TitleRow,
  language: string,
  memory: MemoryTier,
  deps: TierDependencies,
): TitleVersion | undefined {
  const value: Stored<TitleVersion> = versionOf(row, language);
  memory.put(memoryKey(row), { value, keepMs: keepMsOf(value, deps) });
  return isThere(value) ? value : undefined;
}

/** A title in one language as memory has it, before its hard TTL. */
export function knownTitle(
  { mediaType, id }: TitleRef,
  language: string,
  { settings, clock }: TierDependencies,
  memory: MemoryTier,
): TitleVersion | undefined {
  const kept = memory.peek<Stored<TitleVersion>>(memoryKey(titleKey(mediaType, id, language, settings)));
  return kept !== undefined && isThere(kept) && isAlive(kept, clock) ? kept : undefined;
}

function memoryKey(key: RowKey): string {
  return `title#${rowKeyText(key)}`;
}

/** A row decoded; a row of another kind than its key says is damaged. */
export function storedOf<T>(
  row: AnyRow | undefined | 'damaged',
  decode: (row: AnyRow) => T | 'damaged',
  onDamaged?: OnDamaged,
): Stored<T> {
  if (row === undefined || row === 'damaged') {
    return row ?? null;
  }
  const stored = decode(row);
  if (stored === 'damaged') {
    onDamaged?.(row, 'what is packed in it cannot be decoded');
  }
  return stored;
}

function versionOf(row: AnyRow, language: string): TitleVersion | 'damaged' {
  const card = 'parts' in row ? undefined : tryDecodeCard(row);
  const { fetchedAt, freshUntil, expiresAt } = row;
  const own = 'parts' in row ? undefined : row.language;
  return card === undefined
    ? 'damaged'
    : {
        language: own ?? language,
        card,
        fetchedAt,
        freshUntilMs: Date.parse(freshUntil),
        expiresAtMs: expiresAt * 1_000,
        ...(own !== undefined && { isStandIn: true }),
      };
}

/** A row has one part at least: TMDB's answer itself is one. */
function keptDetailsOf(row: AnyRow): KeptDetails | 'damaged' {
  const parts = partsOf(row);
  return Object.keys(parts).length === 0 ? 'damaged' : { parts, freshUntilMs: Date.parse(row.freshUntil) };
}

export function isThere<T>(value: Stored<T>): value is T {
  return value !== null && value !== 'damaged';
}

/** Whether it is before its hard TTL. */
export function isAlive({ expiresAtMs }: Aged, clock: Clock): boolean {
  return clock.nowMs() < expiresAtMs;
}

/** How long memory answers with a row: shorter where it is stale or missing, since a refresh may come soon. */
export function keepMsOf(value: Stored<{ freshUntilMs: number }>, { clock, settings }: TierDependencies): number {
  const { titleSeconds, staleSeconds } = settings.reader.memory;
  return 1_000 * (isThere(value) && clock.nowMs() < value.freshUntilMs ? titleSeconds : staleSeconds);
}
