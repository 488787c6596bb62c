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
import { cardOfRow, type ListRow, liveRows, toEntry } from '../shared/tables/read-list.ts';
import { titleSubject } from '../shared/tables/usage-store.ts';
import type { FactsRead, FactsReader } from './filters/facts-reader.ts';
import { factsNeeded, isFiltering, passes } from './filters/pass.ts';
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
    ...madeOf(read, shown, passed, titles, nowMs),
    ...(passed.filtered && { filtered: passed.filtered }),
    titles,
    images: deps.reference.images(),
  };
}

/** The provenance of an answer: of the rows that are shown, of all rows where it is filtered, and of the facts that were looked at. */
function madeOf(
  read: TierRead<ListRow>,
  shown: readonly ListRow[],
  passed: Passed,
  titles: readonly { watch?: Watch }[],
  nowMs: number,
): Provenance {
  const problem = read.problem ?? passed.problem;
  const life = lifeOf(read, shown, nowMs);
  if (life === undefined) {
    return provenanceOf('none', undefined, nowMs, problem);
  }
  const nameless = titles.some(({ watch }) => hasNamelessService(watch)) ? [namelessLife(life, nowMs)] : [];
  const joint = lifeOfAll([life, ...passed.lives, ...nameless], passed.isLacking);
  return provenanceOf(read.from === 'memory' ? passed.from : read.from, joint, nowMs, problem);
}

/** The life of the shown rows. A list exists also when none of them is shown, and when TMDB serves it empty. */
function lifeOf({ found, empty }: TierRead<ListRow>, shown: readonly ListRow[], nowMs: number): Aged | undefined {
  const rows = shown.length > 0 ? shown : liveRows(found, Number.POSITIVE_INFINITY, nowMs);
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
type Passed = {
  rows: ListRow[];
  filtered?: Filtered;
  /** The lives of the facts that were looked at. */
  lives: Aged[];
  /** Whether there are titles of which too little is known: more may pass at any time. */
  isLacking: boolean;
  /** Where to watch a title, where services were asked for. */
  watchOf(row: ListRow): { watch?: Watch };
} & Pick<FactsRead, 'from' | 'problem'>;

function unfiltered(rows: ListRow[]): Passed {
  return { rows, lives: [], isLacking: false, watchOf: () => ({}), from: 'memory' };
}

/** Which rows pass. What is missing or stale of their details is asked for behind the answer. */
async function filtered(
  { found }: TierRead<ListRow>,
  filter: TitleFilter,
  { facts, reference }: ListDependencies,
): Promise<Passed> {
  // Details are looked at where the row by itself does not decide.
  const open = found.filter((row) => passes(row, undefined, filter) === 'unknown');
  const [known] = await Promise.all([
    facts.read(open, filter.country),
    filter.providers.length > 0 && open.length > 0 ? reference.ready() : undefined,
  ]);
  const factsOf = ({ mediaType, id }: ListRow) => known.facts.get(titleSubject(mediaType, id));
  const verdicts = found.map((row) => ({ row, verdict: passes(row, factsOf(row), filter) }));
  const [passing, unknown] = (['yes', 'unknown'] as const).map((wanted) =>
    verdicts.flatMap(({ row, verdict }) => (verdict === wanted ? [row] : [])),
  ) as [ListRow[], ListRow[]];
  if (known.problem === undefined) {
    facts.askFor([...unknown, ...open], filter.country);
  }
  return {
    rows: passing,
    filtered: { lookedAt: found.length, matched: passing.length, withoutDetails: unknown.length },
    lives: open.flatMap(({ mediaType, id }) =>
      factsNeeded(filter).flatMap((fact) => known.lifeOf(titleSubject(mediaType, id), fact) ?? []),
    ),
    isLacking: unknown.length > 0,
    watchOf: (row) => {
      const watch = filter.providers.length > 0 ? factsOf(row)?.watch : undefined;
      return watch ? { watch: watchIn(watch.offers, watch.fetchedAt, reference.service) } : {};
    },
    from: known.from,
    problem: known.problem,
  };
}
