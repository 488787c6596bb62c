import type { SeriesPoint, SeriesStep, UsageSeries } from '../hour-usage.ts';
import { type BarChart, barChart, type Layer } from './draw-chart.ts';
import { countText, dayText, shareText, timeText } from './figures.ts';
import { html, type Markup } from './markup.ts';

/** Hits and misses over time, and over them how many answers were stale. */
export function readsChart(series: UsageSeries): Markup {
  const layers: Layer[] = [layer(series, 'hits', 'hit', 'hits'), layer(series, 'misses', 'miss', 'misses')];
  return chartOf(series, 'Reads', layers, layer(series, 'stale answers', 'stale-line', 'stale'));
}

/** TMDB's answers over time. */
export function callsChart(series: UsageSeries): Markup {
  const troubles = series.points.map(({ throttles, failures }) => throttles + failures);
  const good = series.points.map(({ calls }, n) => Math.max(0, calls - (troubles[n] ?? 0)));
  return chartOf(series, 'TMDB calls', [
    { name: 'answered', tone: 'hit', values: good },
    { name: 'throttled or failed', tone: 'miss', values: troubles },
  ]);
}

/** Rows that changed, and rows that were there already, over time. */
export function rowsChart(series: UsageSeries): Markup {
  return chartOf(series, 'Rows', [
    layer(series, 'written', 'written', 'rowsWritten'),
    layer(series, 'unchanged', 'unchanged', 'rowsUnchanged'),
  ]);
}

function chartOf(series: UsageSeries, what: string, layers: readonly Layer[], line?: Layer): Markup {
  const { step, points } = series;
  const all = line === undefined ? layers : [...layers, line];
  const sums = all.map(({ name, values }) => `${countText(values.reduce((sum, value) => sum + value, 0))} ${name}`);
  if (all.every(({ values }) => values.every((value) => value === 0))) {
    return html`<p class="nothing">Nothing was counted in this period.</p>`;
  }
  const chart: BarChart = {
    label: `${what} by ${step}: ${sums.join(', ')}`,
    points: points.map(({ from }) => pointText(from, step)),
    ticks: ticksOf(series),
    layers,
    ...(line && { line }),
  };
  return barChart(chart);
}

type Counted = 'hits' | 'misses' | 'stale' | 'rowsWritten' | 'rowsUnchanged';

function layer({ points }: UsageSeries, name: string, tone: Layer['tone'], counted: Counted): Layer {
  return { name, tone, values: points.map((point) => point[counted]) };
}

/** What a point of a series is called: `25 Nov, 14:00`, `25 Nov` or `week of 23 Nov`. */
function pointText(iso: string, step: SeriesStep): string {
  if (step === 'hour') {
    return `${dayText(iso)}, ${timeText(iso)}`;
  }
  return step === 'day' ? dayText(iso) : `week of ${dayText(iso)}`;
}

/** Days by their date, round hours by the time, but midnight by its date. */
function ticksOf({ step, points }: UsageSeries): string[] {
  const everyHours = points.length > 26 ? 6 : 3;
  return points.map(({ from }) => {
    const hour = Number(from.slice(11, 13));
    if (step !== 'hour' || hour === 0) {
      return dayText(from);
    }
    return hour % everyHours === 0 ? timeText(from) : '';
  });
}

/** Everything that the charts show, as figures. */
export function seriesTable({ step, points }: UsageSeries): Markup {
  const heads = [
    'reads',
    'hits',
    'misses',
    'stale',
    'hit ratio',
    'calls',
    'throttled',
    'failed',
    'written',
    'unchanged',
  ];
  return html`<details><summary>These charts as figures</summary><div class="scroll" tabindex="0" role="region" aria-label="Figures by ${step}"><table>
<thead><tr><th scope="col">${step} (UTC)</th>${heads.map((name) => html`<th scope="col" class="figure">${name}</th>`)}</tr></thead>
<tbody>${points.map(
    (point) => html`<tr><th scope="row">${pointText(point.from, step)}</th>${cellsOf(point)}</tr>
`,
  )}</tbody>
</table></div></details>`;
}

function cellsOf(point: SeriesPoint): Markup[] {
  const { reads, hits, misses, stale, hitRatio, calls, throttles, failures, rowsWritten, rowsUnchanged } = point;
  const counts = (figures: number[]) => figures.map(countText);
  const texts = [
    ...counts([reads, hits, misses, stale]),
    shareText(hitRatio),
    ...counts([calls, throttles, failures, rowsWritten, rowsUnchanged]),
  ];
  return texts.map((text) => html`<td class="figure">${text}</td>`);
}
