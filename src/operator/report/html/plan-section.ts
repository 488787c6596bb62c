import type { PlanFigures } from '../plan-figures.ts';
import { type Fact, factTiles } from './fact-tiles.ts';
import { balanceText, countText, errorText, shareText, tileText } from './figures.ts';
import { html, type Markup } from './markup.ts';

/** Whether what was planned was worth it, and whether as much was read as expected. */
export function planSection({ freshReads, freshShare, fetches, warming, forecast }: PlanFigures): Markup {
  const { fetchedPages, usedPages, wastedPages, openPages, wastedShare } = fetches;
  const { warmedPages, callsSaved, savedPerCall } = warming;
  const { compared, expectedReads, countedReads, wape, bias } = forecast;
  const perPage = savedPerCall === null ? 'no page warmed' : `${savedPerCall.toFixed(2)} for each page warmed`;
  const facts: Fact[] = [
    ['Served fresh', shareText(freshShare), `${tileText(freshReads)} reads of feeds`],
    ['Pages fetched', tileText(fetchedPages), `${tileText(usedPages)} read, ${tileText(openPages)} still open`],
    ['Pages wasted', shareText(wastedShare), `${tileText(wastedPages)} never read in time`],
    ['Pages warmed', tileText(warmedPages), 'only warming asked for them'],
    ['Calls saved', tileText(callsSaved), perPage],
    ['Forecast error', errorText(wape), `bias ${balanceText(bias)}`],
  ];
  const reads = `${tileText(expectedReads)} reads were expected and ${tileText(countedReads)} counted`;
  const forecasts = `${countText(compared)} ${compared === 1 ? 'forecast' : 'forecasts'}`;
  return html`${factTiles(facts)}${fetchedPages === 0 ? html`<p class="nothing">No plan was counted in this period.</p>` : ''}${compared === 0 ? '' : html`<p class="hint">Over ${forecasts} ${reads}.</p>`}`;
}
