import type { PlanQuality } from '../../src/demand/plan-quality.ts';

/** Plans of which nothing is zero. */
export const sampleQuality: PlanQuality = {
  fetches: { fetchedPages: 60, usedPages: 40, wastedPages: 15, openPages: 5, wastedShare: 0.2727 },
  warming: { warmedPages: 6, callsSaved: 4, savedPerCall: 0.6667 },
  forecast: { compared: 42, expectedReads: 910.5, countedReads: 880, wape: 0.31, bias: 0.0347 },
};
