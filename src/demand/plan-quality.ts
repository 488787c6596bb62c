import { type JudgedFetch, judgeFetches } from './judge-fetches.ts';
import { type ForecastFigures, judgeForecasts } from './judge-forecasts.ts';
import type { PlanRecord } from './plan-record.ts';
import type { PlanRules } from './plan-rules.ts';
import { shareOf } from './share-of.ts';

/** Pages that were planned, by what became of them: the first is the sum of the other three. */
export type FetchFigures = {
  fetchedPages: number;
  /** Read before the feed's next fetch and its hard TTL. */
  usedPages: number;
  /** Never read before that. */
  wastedPages: number;
  /** Not read yet, but there is time left, or the period ends before it. */
  openPages: number;
  /** Wasted ones among those that are not open, 0 to 1; `null` where there are none. */
  wastedShare: number | null;
};

/** What came of pages that only warming asked for. */
export type WarmingFigures = {
  warmedPages: number;
  /** Warmed fetches that were used: their first reader would have found nothing, or something stale; later ones would not. */
  callsSaved: number;
  /** Calls saved for each warmed page; `null` where nothing was warmed. */
  savedPerCall: number | null;
};

/** How good the plans of a period were. */
export type PlanQuality = { fetches: FetchFigures; warming: WarmingFigures; forecast: ForecastFigures };

/** Judges what was planned by what was read. Reads of an hour are taken to come after the fetch of the same hour. */
export function planQuality(record: PlanRecord, rules: PlanRules): PlanQuality {
  const judged = judgeFetches(record, rules);
  return { fetches: fetchFigures(judged), warming: warmingFigures(judged), forecast: judgeForecasts(record, rules) };
}

function fetchFigures(judged: readonly JudgedFetch[]): FetchFigures {
  const pagesOf = (fate: JudgedFetch['fate']) =>
    judged.reduce((sum, one) => sum + (one.fate === fate ? one.pages : 0), 0);
  const [usedPages, wastedPages, openPages] = [pagesOf('used'), pagesOf('wasted'), pagesOf('open')];
  return {
    fetchedPages: usedPages + wastedPages + openPages,
    usedPages,
    wastedPages,
    openPages,
    wastedShare: shareOf(wastedPages, usedPages + wastedPages),
  };
}

function warmingFigures(judged: readonly JudgedFetch[]): WarmingFigures {
  const warmed = judged.filter(({ warmedPages }) => warmedPages > 0);
  const warmedPages = warmed.reduce((sum, one) => sum + one.warmedPages, 0);
  const callsSaved = warmed.filter(({ fate }) => fate === 'used').length;
  return { warmedPages, callsSaved, savedPerCall: shareOf(callsSaved, warmedPages) };
}
