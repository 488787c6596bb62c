/** The daily decision which lists of changes are read, by what is known of the kept titles. */
import { dayMs, hourMs, msFromIso } from '../shared/core/clock.ts';
import { type MediaType, mediaTypes } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { titleChangeCounts, titleChangesId } from '../shared/tables/feed-counters.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';
import { callsSavedADay, chooseLists, type KeptTitles, type ReadLists } from './changes-choice.ts';
import { type ChangesRecord, type ChangesStore, changeRecord } from './changes-record.ts';
import { dayOf, type KnownList, learntShare, pagesOfReading } from './known-lists.ts';

type Kept = readonly { subject: string }[];
type Counted = { titleDays: number; changed: number };

/** What deciding needs. */
type DecisionDependencies = {
  store: ChangesStore;
  /** The writer's counters; without them nothing is learnt while titles are re-read by age. */
  usage?: Pick<UsageStore, 'read'> | undefined;
  settings: Settings;
};

/** How many days of the writer's counters are learnt from. */
const countedDays = 14;

/** Decides once a day, at its first occurrence. @throws when the control table fails. */
export async function decideLists(
  record: ChangesRecord,
  kept: Kept,
  nowMs: number,
  { store, usage, settings }: DecisionDependencies,
): Promise<ChangesRecord> {
  const today = dayOf(nowMs);
  if (record.decidedOn === today) {
    return record;
  }
  const counted = usage === undefined ? new Map<MediaType, Counted>() : await countedChanges(record, usage, nowMs);
  const shares = {
    movie: learntShare('movie', record.movie, counted.get('movie')),
    tv: learntShare('tv', record.tv, counted.get('tv')),
  };
  const lists = chooseLists(knownTitles(record, kept, nowMs, shares), listsOf(record), settings);
  const decided = await changeRecord(
    store,
    (latest) =>
      latest.decidedOn === today
        ? latest
        : {
            ...latest,
            decidedOn: today,
            movie: {
              ...withChoice(latest.movie, lists.movie, today, counted.get('movie')),
              changedShare: shares.movie,
            },
            tv: { ...withChoice(latest.tv, lists.tv, today, counted.get('tv')), changedShare: shares.tv },
          },
    nowMs,
  );
  return decided ?? record;
}

/**
 * A list that is taken up begins anew: age has looked after what changed before. What was counted meanwhile stays, or the next decision
 * would be made by less than this one.
 */
function withChoice(list: KnownList, isRead: boolean, today: string, counted: Counted = nothingCounted): KnownList {
  if (list.isRead === isRead) {
    return list;
  }
  const begun = { knownUntilMs: 0, knownBeforeMs: 0, knownFromMs: 0 };
  const learnt = { titleDays: list.titleDays + counted.titleDays, changed: list.changed + counted.changed };
  return { ...list, isRead, since: today, ...(isRead && { ...begun, ...learnt }) };
}

const nothingCounted: Counted = { titleDays: 0, changed: 0 };

function listsOf({ movie, tv }: ChangesRecord): ReadLists {
  return { movie: movie.isRead, tv: tv.isRead };
}

/** What is known of the kept titles, by media type. `shares`: of them that change a day. */
function knownTitles(
  record: ChangesRecord,
  kept: Kept,
  nowMs: number,
  shares: Readonly<Record<MediaType, number>> = sharesOf(record),
): Record<MediaType, KeptTitles> {
  const of = (media: MediaType): KeptTitles => ({
    titles: keptOf(media, kept),
    changedShare: shares[media],
    pagesADay: pagesOfReading(media, record[media], nowMs),
  });
  return { movie: of('movie'), tv: of('tv') };
}

/** The share of kept titles that changes a day, as it was last decided by. */
export function sharesOf({ movie, tv }: ChangesRecord): Record<MediaType, number> {
  return { movie: movie.changedShare, tv: tv.changedShare };
}

/** How many of the titles are of a media type. */
export function keptOf(media: MediaType, kept: Kept): number {
  return kept.filter(({ subject }) => subject.startsWith(`${media}/`)).length;
}

/** Calls for titles that a day of a list makes needless. */
export function savedADay(
  media: MediaType,
  record: ChangesRecord,
  { kept, nowMs }: { kept: Kept; nowMs: number },
  settings: Settings,
): number {
  const lists = { movie: false, tv: false, [media]: true };
  return callsSavedADay(lists, knownTitles(record, kept, nowMs), settings);
}

/**
 * What the writer has counted of titles that were re-read by age. While a list is read, mostly changed titles are re-read, so
 * the days since then say nothing.
 */
async function countedChanges(
  record: ChangesRecord,
  usage: Pick<UsageStore, 'read'>,
  nowMs: number,
): Promise<Map<MediaType, Counted>> {
  const days = Array.from({ length: countedDays }, (_, back) => nowMs - (back + 1) * dayMs);
  const items = await usage.read(days.map(titleChangesId));
  const byAge = mediaTypes.filter((media) => !record[media].isRead);
  return new Map(
    byAge.map((media) => {
      const since = record[media].since === '' ? 0 : msFromIso(record[media].since);
      const counts = days
        .filter((atMs) => atMs >= since + dayMs)
        .map((atMs) => titleChangeCounts(items.get(titleChangesId(atMs)) ?? {}, media));
      return [media, rateOf(counts)] as const;
    }),
  );
}

/**
 * Titles that were found changed after a time t did so at least once. If they change at a rate r, they are a share 1 - e^(-rt) of all; so r
 * follows from the share, and with it the number of changes.
 */
function rateOf(counts: readonly { compared: number; changed: number; rowHours: number }[]): Counted {
  const sum = (of: 'compared' | 'changed' | 'rowHours') => counts.reduce((total, one) => total + one[of], 0);
  const [compared, titleDays] = [sum('compared'), (sum('rowHours') * hourMs) / dayMs];
  if (compared === 0) {
    return nothingCounted;
  }
  // Where all have changed, the rate could be anything from some figure on.
  const share = Math.min(sum('changed') / compared, 1 - 1 / (2 * compared));
  return { titleDays, changed: -Math.log(1 - share) * compared };
}
