import type { PlanFigures } from '../operator/report/plan-figures.ts';
import { shareText, table } from './format-text.ts';

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** What plans were worth, as two tables of one line. */
export function planTables({ freshShare, fetches, warming, forecast }: PlanFigures): string[] {
  const { fetchedPages, wastedPages, openPages, wastedShare } = fetches;
  const { warmedPages, callsSaved, savedPerCall } = warming;
  const [fetched, wasted, open, warmed, saved] = [fetchedPages, wastedPages, openPages, warmedPages, callsSaved].map(
    (figure) => count.format(figure),
  ) as [string, string, string, string, string];
  return [
    table(
      ['served fresh', 'pages fetched', 'wasted', 'open', 'wasted share'],
      [[shareText(freshShare), fetched, wasted, open, shareText(wastedShare)]],
    ),
    table(
      ['pages warmed', 'calls saved', 'saved per call', 'forecasts', 'forecast error', 'bias'],
      [
        [
          ...[warmed, saved, savedPerCall === null ? '' : savedPerCall.toFixed(2)],
          ...[count.format(forecast.compared), shareText(forecast.wape), biasText(forecast.bias)],
        ],
      ],
    ),
  ];
}

/** Above 0 with its sign too. */
function biasText(bias: number | null): string {
  return bias !== null && bias > 0 ? `+${shareText(bias)}` : shareText(bias);
}
