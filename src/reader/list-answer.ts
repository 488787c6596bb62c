/**
 * A list as an application gets it:
 *
 *   rows of the feed, in the nearest language that the cache has it in → filters → the asked ones of those that pass → their texts
 *
 * A filtered list is filled from all rows that the cache has of the feed, so that its pages fit together.
 */
import type { Clock } from '../shared/core/clock.ts';
import { type Feed, maxRank } from '../shared/core/feed.ts';
import { hasNamelessService, type Watch, watchIn } from '../shared/queues/details/watch.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { cardOfRow, type ListRow, toEntry } from '../shared/tables/read-list.ts';
import { type FactsReader, type PassingRows, passingRows } from './filters/filter-rows.ts';
import { isFiltering } from './filters/pass.ts';
import type { Filtered, TitleFilter } from './filters/title-filter.ts';
import { fillLanguages, languageChain } from './language-fallback.ts';
import { type AskedRows, type ListReader, listLife, shownOf } from './list-reader.ts';
import { type Aged, lifeOfAll, provenanceOf } from './provenance.ts';
import type { ListAnswer, Provenance } from './reader-api.ts';
import type { ListOptions } from './reader-input.ts';
import { namelessLife, type ReferenceTier } from './reference-tier.ts';
import type { TierRead } from './tiers.ts';
import type { TitleReader } from './title-table.ts';

/** What lists are answered with. */
type ListDependencies = {
  lists: ListReader;
  titles: TitleReader;
  facts: FactsReader;
  reference: ReferenceTier;
  clock: Clock;
  settings: Settings;
};

/** All rows that there are of a feed: adult ones are left out by the filter. */
const everything: AskedRows = { limit: maxRank, includeAdult: true };

/**
 * A feed as an application gets it. Where there is none in its language, the same feed in another language stands in; fields of a title
 * that are missing in the feed's language come from the title's other languages.
 */
export async function answerList(feed: Feed, asked: ListOptions, deps: ListDependencies): Promise<ListAnswer> {
  const { limit, offset, filter } = asked;
  const languages = languageChain(feed.language, feed.region, deps.settings);
  const isFiltered = isFiltering(filter);
  const wanted = isFiltered
    ? everything
    : { limit: Math.min(offset + limit, maxRank), includeAdult: filter.includeAdult };
  const { language, read } = await inNearestLanguage(feed, wanted, languages, deps.lists);
  const passed = isFiltered ? await filtered(read, filter, deps) : unfiltered(shownOf(read.found, wanted));
  const rows = passed.rows.slice(offset, offset + limit);
  const listed = rows.map((row) => {
    const { mediaType, id } = row;
    return { mediaType, id, language, card: cardOfRow(row) };
  });
  const cards = await fillLanguages(listed, languages, deps.titles, deps.clock);
  const nowMs = deps.clock.nowMs();
  const entries = rows.map((row, index) => ({ row, ...(cards[index] ?? { card: {}, fellBack: {} }) }));
  // Rows may have expired while the other languages were read.
  const alive = entries.filter(({ row }) => nowMs < row.expiresAtMs);
  const shown = isFiltered ? [] : alive.map(({ row }) => row);
  const titles = alive.map(({ row, card, fellBack }) => ({
    ...toEntry(row, nowMs),
    ...card,
    fellBack,
    ...passed.watchOf(row),
  }));
  return {
    feed,
    offset,
    ...madeOf({ ...read, isPartial: isShort(read, asked, isFiltered) }, shown, passed, titles, nowMs, deps.settings),
    ...(passed.filtered && { filtered: passed.filtered }),
    titles,
    images: deps.reference.images(),
  };
}

/** Whether titles that are asked for may be on pages that will be there in a moment. */
function isShort(
  { isPartial, found }: TierRead<ListRow>,
  { offset, limit }: ListOptions,
  isFiltered: boolean,
): boolean {
  return isPartial === true && (isFiltered || offset + limit > found.length);
}

/** The provenance of an answer: of the rows that are shown, of all rows where it is filtered, and of the facts that were looked at. */
function madeOf(
  read: TierRead<ListRow>,
  shown: readonly ListRow[],
  passed: Passed,
  titles: readonly { watch?: Watch }[],
  nowMs: number,
  { reader: { memory } }: Settings,
): Provenance {
  const problem = read.problem ?? passed.problem;
  const life = lifeOf(read, shown, nowMs);
  if (life === undefined) {
    return provenanceOf('none', undefined, nowMs, problem);
  }
  const nameless = titles.some(({ watch }) => hasNamelessService(watch)) ? [namelessLife(life, nowMs)] : [];
  // No cache may keep it for longer than memory does.
  const short = read.isPartial ? [{ ...life, freshUntilMs: nowMs + 1_000 * memory.staleSeconds }] : [];
  const joint = lifeOfAll([life, ...passed.lives, ...nameless, ...short], passed.isLacking);
  return provenanceOf(read.from === 'memory' ? passed.from : read.from, joint, nowMs, problem);
}

/** The life of the shown rows. A list exists also when none of them is shown, and when TMDB serves it empty. */
function lifeOf({ found, empty }: TierRead<ListRow>, shown: readonly ListRow[], nowMs: number): Aged | undefined {
  const rows = shown.length > 0 ? shown : found.filter(({ expiresAtMs }) => nowMs < expiresAtMs);
  return listLife(rows) ?? (empty && nowMs < empty.expiresAtMs ? empty : undefined);
}

/** The feed in its own language, else in the first other one that the cache has it in. The answer keeps the problem of its own. */
async function inNearestLanguage(
  feed: Feed,
  asked: AskedRows,
  [own, ...others]: readonly [string, ...string[]],
  lists: ListReader,
): Promise<{ language: string; read: TierRead<ListRow> }> {
  const ofOwn = await lists.read(feed, asked, true);
  const isThere = ofOwn.found.length > 0 || ofOwn.absent || ofOwn.empty !== undefined;
  for (const language of isThere ? [] : others) {
    const read = await lists.read({ ...feed, language }, asked, false);
    if (read.found.length > 0) {
      return { language, read: { ...read, ...(ofOwn.problem && { problem: ofOwn.problem }) } };
    }
  }
  return { language: own, read: ofOwn };
}

/** What passes of a list. */
type Passed = Omit<PassingRows<ListRow>, 'filtered' | 'factsOf'> & {
  filtered?: Filtered;
  /** Where to watch a title, where services were asked for. */
  watchOf(row: ListRow): { watch?: Watch };
};

function unfiltered(rows: ListRow[]): Passed {
  return { rows, lives: [], isLacking: false, watchOf: () => ({}), from: 'memory', problem: undefined };
}

async function filtered(
  { found }: TierRead<ListRow>,
  filter: TitleFilter,
  { facts, reference }: ListDependencies,
): Promise<Passed> {
  const isWatched = filter.providers.length > 0;
  const [passed] = await Promise.all([
    passingRows(found, filter, facts),
    isWatched && found.length > 0 ? reference.ready() : undefined,
  ]);
  return {
    ...passed,
    watchOf: (row) => {
      const watch = isWatched ? passed.factsOf(row)?.watch : undefined;
      return watch ? { watch: watchIn(watch.offers, watch.fetchedAt, reference.service) } : {};
    },
  };
}
