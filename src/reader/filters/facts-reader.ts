/**
 * What details tell of titles, for filters and scores: memory, then the same BatchGet as for titles. A row of details is 4 to 5 KB, so
 * memory keeps of it what is asked for, of one country.
 */
import { LRUCache } from 'lru-cache';
import { hourMs, msFromIso } from '../../shared/core/clock.ts';
import { retryBudget } from '../../shared/core/retries.ts';
import type { PartName } from '../../shared/queues/details/title-parts.ts';
import { detailsKey, partsOf } from '../../shared/tables/details-row.ts';
import { titleSubject } from '../../shared/tables/usage-store.ts';
import type { MemoryTier } from '../memory-tier.ts';
import type { Aged } from '../provenance.ts';
import type { TitleRef } from '../reader-api.ts';
import type { TierDependencies } from '../tiers.ts';
import { dueSince, type KnownParts, knownParts, livesOf, unknownIn } from '../title-details.ts';
import {
  type AnyRow,
  gotten,
  isThere,
  keepMsOf,
  originIn,
  problemIn,
  type RowLoader,
  type Stored,
  storedOf,
} from '../title-table.ts';
import type { FactName, FactsRead, FactsReader } from './filter-rows.ts';
import type { TitleFacts } from './title-filter.ts';

/** The part of a title's details that tells a fact. */
const partOfFact: Readonly<Record<FactName, PartName>> = {
  originCountries: 'base',
  collection: 'base',
  certification: 'certifications',
  watch: 'watch',
  keywords: 'keywords',
  people: 'credits',
  recommendations: 'recommendations',
};

/** Jobs of those who make a title what it is. */
const makers: ReadonlySet<string> = new Set(['Creator', 'Director', 'Co-Director']);

/** Who tells what a title is like, by their ids: the cast that is kept, and who made it. */
export function peopleOf({
  cast,
  crew,
}: {
  cast: readonly { id: number }[];
  crew: readonly { id: number; job: string }[];
}): number[] {
  return [...new Set([...cast, ...crew.filter(({ job }) => makers.has(job))].map(({ id }) => id))];
}

/** What is kept of a row of details. */
type KeptFacts = {
  facts: TitleFacts;
  /** By part. */
  lives: Readonly<Partial<Record<PartName, Aged>>>;
  /** Since when the title is due to be fetched (`dueSince`); `undefined`: it is not. */
  due: string | undefined;
  imdbId: string | null;
  /** Soft TTL of the first part, and hard TTL of the first. */
  freshUntilMs: number;
  expiresAtMs: number;
};

/** Titles that a process may request at once, and what each read earns: a filter over hundreds of unknown titles must not flood the queue. */
const mostAtOnce = 10;
const sharePerRead = 0.2;
/** A list has a few hundred titles at most, unless somebody has fetched it to its end: that would take a hundred reads of the table at once. */
const mostRead = 1_000;
/**
 * Titles of which a process remembers that it has requested them, and for how long: what was fetched is there by then, and what could not be
 * requested may be now.
 */
const rememberedTitles = 5_000;
const askedAgainMs = hourMs;

/** The facts reader of one process. */
export function factsReader(deps: TierDependencies, memory: MemoryTier, rows: RowLoader): FactsReader {
  const { clock, settings } = deps;
  const load = (ref: TitleRef, country: string) =>
    memory.get<Stored<KeptFacts>>(memoryKey(ref, country), async () => {
      const row = await rows.load(detailsKey(ref.mediaType, ref.id));
      const value = storedOf(row, (one) => keptFactsOf(one, country, deps), deps.onDamaged);
      return { value, keepMs: keepMsOf(value, deps) };
    });
  return {
    read: async (refs, country) => {
      // Nobody fetches details where they are switched off.
      const asked = settings.details.enabled ? refs.slice(0, mostRead) : [];
      const known = asked.map((ref) => memory.peek<Stored<KeptFacts>>(memoryKey(ref, country)));
      const missing = asked.filter((_ref, index) => known[index] === undefined);
      const loads = await Promise.allSettled(missing.map((ref) => load(ref, country)));
      const loaded = loads.map((one) => (one.status === 'fulfilled' ? one.value.value : null)).values();
      const kept = known.map((value) => (value === undefined ? loaded.next().value : value));
      return { ...factsIn(asked, kept, clock.nowMs()), from: originIn(gotten(loads)), problem: problemIn(loads) };
    },
    known: (refs, country) => {
      const kept = refs.map((ref) => memory.latest<Stored<KeptFacts>>(memoryKey(ref, country)));
      return factsIn(refs, kept, clock.nowMs()).facts;
    },
    askFor: asker(deps, memory),
  };
}

/** What is known at `nowMs`; `kept` is of the titles in `refs`, in their order. */
function factsIn(
  refs: readonly TitleRef[],
  kept: readonly (Stored<KeptFacts> | undefined)[],
  nowMs: number,
): Pick<FactsRead, 'facts' | 'livesOf' | 'isDue'> {
  const there: KeptFacts[] = [];
  const facts = new Map<string, TitleFacts>();
  for (const [index, { mediaType, id }] of refs.entries()) {
    const one = kept[index];
    if (one !== undefined && isThere(one)) {
      there.push(one);
      facts.set(titleSubject(mediaType, id), aliveFacts(one, nowMs));
    }
  }
  return {
    facts,
    livesOf: (names) =>
      names.flatMap((name) => {
        const lives = there.map((one) => one.lives[partOfFact[name]]);
        return lives.filter((life) => life !== undefined && nowMs < life.expiresAtMs) as Aged[];
      }),
    isDue: there.length < kept.length || there.some(({ due }) => due !== undefined),
  };
}

/** The facts without those of parts past their hard TTL. */
function aliveFacts({ facts, lives, expiresAtMs }: KeptFacts, nowMs: number): TitleFacts {
  const isAlive = (fact: FactName) => nowMs < (lives[partOfFact[fact]]?.expiresAtMs ?? 0);
  return nowMs < expiresAtMs
    ? facts
    : Object.fromEntries(Object.entries(facts).filter(([name]) => isAlive(name as FactName)));
}

function memoryKey({ mediaType, id }: TitleRef, country: string): string {
  return `facts#${country}#${titleSubject(mediaType, id)}`;
}

/** Requests within the budget of one process. */
function asker({ clock, settings, pipeline }: TierDependencies, memory: MemoryTier): FactsReader['askFor'] {
  const budget = retryBudget(sharePerRead, mostAtOnce);
  const asked = new LRUCache<string, number>({ max: rememberedTitles });
  // One that was requested already must not take what is left for the others.
  const isAsked = (title: string) => clock.monotonicMs() < (asked.get(title) ?? Number.NEGATIVE_INFINITY);
  const dueOf = (ref: TitleRef, country: string): [string, Due][] => {
    const title = titleSubject(ref.mediaType, ref.id);
    const seen = isAsked(title) ? undefined : dueSinceOf(memory.peek<Stored<KeptFacts>>(memoryKey(ref, country)));
    return seen === undefined ? [] : [[title, { ...ref, ...seen }]];
  };
  return (refs, country) => {
    budget.earn();
    const due = new Map(settings.details.enabled ? refs.flatMap((ref) => dueOf(ref, country)) : []);
    for (const [title, { mediaType, id, since, imdbId }] of due) {
      if (!budget.trySpend()) {
        return;
      }
      asked.set(title, clock.monotonicMs() + askedAgainMs);
      pipeline?.refreshWhole(mediaType, id, since, imdbId);
    }
  };
}

/** A title to be fetched; `since` as `refreshWhole` takes it. */
type Due = TitleRef & { since: string; imdbId: string | null };

/** Whether a title is due, by what memory has of it. What it does not have was not read. */
function dueSinceOf(kept: Stored<KeptFacts> | undefined): Pick<Due, 'since' | 'imdbId'> | undefined {
  if (kept === undefined) {
    return undefined;
  }
  if (!isThere(kept)) {
    return { since: '', imdbId: null };
  }
  return kept.due === undefined ? undefined : { since: kept.due, imdbId: kept.imdbId };
}

function keptFactsOf(row: AnyRow, country: string, { clock, settings }: TierDependencies): KeptFacts | 'damaged' {
  const nowMs = clock.nowMs();
  const parts = partsOf(row);
  if (Object.keys(parts).length === 0) {
    return 'damaged';
  }
  const known = knownParts(parts, nowMs);
  const facts = factsOf(known, country);
  const isLacking = unknownIn(known, country, settings).length > 0 || facts.originCountries === undefined;
  const lives = livesOf(known);
  return {
    facts,
    lives: Object.fromEntries(Object.keys(known).map((name, index) => [name, lives[index]])),
    due: dueSince(known, country, nowMs, settings, isLacking),
    imdbId: known.externalIds?.externalIds.imdb ?? null,
    freshUntilMs: msFromIso(row.freshUntil),
    expiresAtMs: Math.min(...lives.map(({ expiresAtMs }) => expiresAtMs)),
  };
}

function factsOf(known: KnownParts, country: string): TitleFacts {
  const { base, certifications, watch, keywords, credits, recommendations } = known;
  const facts: { [Name in FactName]: TitleFacts[Name] } = {
    // A part of a release that did not keep countries tells of none.
    originCountries: base?.originCountries ?? undefined,
    collection: base && (base.collection?.id ?? null),
    certification: ofCountry(certifications?.certifications, country),
    watch: watchOf(watch, country),
    keywords: keywords?.keywords.map(({ id }) => id),
    people: credits && peopleOf(credits),
    recommendations: recommendations?.recommendations,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}

function watchOf(watch: KnownParts['watch'], country: string): TitleFacts['watch'] {
  const offers = ofCountry(watch?.watch, country);
  return watch && offers !== undefined ? { offers, fetchedAt: watch.fetchedAt } : undefined;
}

/** What is known of one country; `undefined`: nothing, since it was not kept when the title was fetched. */
function ofCountry<T>(byCountry: Readonly<Record<string, T>> | undefined, country: string): T | undefined {
  return byCountry !== undefined && Object.hasOwn(byCountry, country) ? byCountry[country] : undefined;
}
