import { keptLanguages } from '../settings/settings.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { PriceName } from './price-table.ts';
import { platformLogBytes } from './read-load.ts';
import { requestsPerPage } from './run-cost.ts';

/** What keeping whole titles takes in a month of 30 days. */

/** How many titles are kept, and how often they are fetched. */
export type TitleLoad = {
  /** Titles whose details are kept; 0 where none are. */
  kept: number;
  /** Calls a day for them, those for TMDB's lists of changes included: what they need, within `details.callsPerDay`. */
  callsPerDay: number;
  /** Those of them that read TMDB's lists of changes; 0 where re-reading by age alone needs fewer calls. */
  changesCallsPerDay: number;
  /** Read units of the catalog each time that the planner chooses. */
  readUnitsPerLook: number;
};

/** Titles that are taken for kept unless told otherwise. */
export const usuallyKept = 1_000;

/**
 * The model of how often a kept title is fetched. Of the titles that stand in lists or are read, a few are new in cinemas or on air and
 * fetched daily (assumed); all others when their details reach the soft TTL, or, where that takes fewer calls, when TMDB's lists say that
 * they have changed, and in 30 days at the latest. Changes a day: half a percent of films and two of series.
 * The planner itself makes 84 calls a day for a thousand titles of which half a percent changes, and 154 where two do (docs/adr/0036).
 */
const model = { dailyShare: 0.04, changedShare: 0.01, changesPages: 110, latestDays: 30 } as const;

/**
 * What a call for a whole title uses. `detailsWriteUnits` and `cardWriteUnits` are those of docs/adr/0034 and of a row below a kilobyte; a
 * row of an id elsewhere is written once a week at most: a film has one, at IMDb, and a series another one, at TheTVDB. The writer reads
 * what it joins. Jobs come in batches, which share the breaker, the counters of the hour and most slots of the timeline.
 */
const perCall = {
  workerMs: 1_500,
  writerMs: 1_500,
  detailsWriteUnits: 2,
  cardWriteUnits: 1,
  externalIds: 1.5,
  externalIdDays: 7,
  readUnitsPerRow: 0.5,
  controlWriteUnits: 1,
  controlReadUnits: 1,
  logBytes: 3_000,
} as const;

/** A page of a list of changes: one call of the planner after the other. */
const msPerChangesPage = 300;
/**
 * What the planner reads to choose: a row of details of each title, eventually consistent and below four kilobytes; a page of each list; and
 * the counters of the day's reads of titles, in five minutes each, at the middle of the day, and of the plans of a day.
 */
const perLook = { title: 0.5, list: 1, counters: 90 } as const;
/** Image sizes and names of services are fetched once a week: two rows, of which that of the services has up to 16 KB. */
const reference = { perMonth: 30 / 7, calls: 3, writeUnits: 17 } as const;
/** Details, cards and ids of a title. */
const storedGbPerTitle = 8e-6;

const noTitles: TitleLoad = { kept: 0, callsPerDay: 0, changesCallsPerDay: 0, readUnitsPerLook: 0 };

/** The load of `kept` titles, beside so many lists. */
export function titleLoad({ details }: Settings, kept: number, lists: number): TitleLoad {
  if (!details.enabled || kept === 0 || details.callsPerDay === 0) {
    return noTitles;
  }
  const others = kept * (1 - model.dailyShare);
  const byAge = (others * 24) / details.softTtlHours;
  const byChanges = model.changesPages + others * (model.changedShare + 1 / model.latestDays);
  const changesPay = byChanges < byAge;
  const needed = kept * model.dailyShare + Math.min(byAge, byChanges);
  return {
    kept,
    callsPerDay: Math.min(details.callsPerDay, Math.ceil(needed)),
    changesCallsPerDay: changesPay ? Math.min(details.callsPerDay, model.changesPages) : 0,
    readUnitsPerLook: kept * perLook.title + lists * perLook.list,
  };
}

/** Gigabytes that the rows of the titles take. */
export function storedGbOfTitles({ kept }: TitleLoad): number {
  return kept * storedGbPerTitle;
}

/** Write units of the catalog for one call: all rows of a title. Fetched rarely, each of its ids is written again. */
export function writeUnitsOfTitle(load: TitleLoad, settings: Settings): number {
  const { detailsWriteUnits, cardWriteUnits, externalIds, externalIdDays } = perCall;
  const titleCalls = load.callsPerDay - load.changesCallsPerDay;
  const daysBetween = titleCalls === 0 ? 0 : load.kept / titleCalls;
  const ids = externalIds * Math.min(1, daysBetween / externalIdDays);
  return detailsWriteUnits + keptLanguages(settings).length * cardWriteUnits + ids;
}

/** How often a month's plans choose titles: of occurrences in the same minute, one does. */
function looksOfMonth({ schedules }: Settings): number {
  const { everyHours } = schedules.refresh;
  const apart = (hour: number) => (hour % everyHours === 0 ? 0 : 1);
  return Math.round(
    30 * (24 / everyHours + apart(schedules.daily.hourUtc)) + (30 / 7) * apart(schedules.weekly.hourUtc),
  );
}

type Quantity = readonly [item: string, price: PriceName, quantity: number];

/** The lines of a bill for whole titles. */
export function usedByTitles(load: TitleLoad, settings: Settings): Quantity[] {
  if (load.kept === 0) {
    return [];
  }
  const { capacity, deployment, planner, worker, writer } = settings;
  const onDemand = capacity.mode === 'on-demand';
  const calls = 30 * (load.callsPerDay - load.changesCallsPerDay);
  const jobs = Math.round(calls + reference.perMonth * reference.calls);
  const rows = 1 + keptLanguages(settings).length + perCall.externalIds;
  const gbSeconds = (ms: number, memoryMb: number) => (ms * memoryMb) / (1_000 * 1_024);
  const functionTime =
    gbSeconds(jobs * perCall.workerMs, worker.memoryMb) +
    gbSeconds(jobs * perCall.writerMs, writer.memoryMb) +
    gbSeconds(30 * load.changesCallsPerDay * msPerChangesPage, planner.memoryMb);
  const logGb = (jobs * (perCall.logBytes + 2 * platformLogBytes)) / 1e9;
  const written = Math.round(calls * writeUnitsOfTitle(load, settings) + reference.perMonth * reference.writeUnits);
  return [
    ['requests of whole titles', 'sqsRequest', jobs * requestsPerPage],
    ['invocations for whole titles', 'lambdaRequest', 2 * jobs],
    ['time for whole titles and lists of changes, GB-s', 'lambdaGbSecond', functionTime],
    ['catalog write units of whole titles on demand', 'dynamoWriteUnit', onDemand ? written : 0],
    [
      'catalog read units of whole titles on demand',
      'dynamoReadUnit',
      onDemand ? calls * rows * perCall.readUnitsPerRow : 0,
    ],
    [
      'catalog read units of planning titles on demand',
      'dynamoReadUnit',
      onDemand ? looksOfMonth(settings) * load.readUnitsPerLook : 0,
    ],
    ['control write units of whole titles', 'dynamoWriteUnit', jobs * perCall.controlWriteUnits],
    [
      'control read units of whole titles',
      'dynamoReadUnit',
      jobs * perCall.controlReadUnits + looksOfMonth(settings) * perLook.counters,
    ],
    ['logs of whole titles, GB', 'logGb', logGb],
    ['traces for whole titles', 'trace', deployment.tracing ? 2 * jobs : 0],
  ];
}
