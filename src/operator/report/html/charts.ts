import type { SeriesPoint, SeriesStep, UsageSeries } from '../hour-usage.ts';
import { countText, dayText, shareText, shortText, timeText } from './figures.ts';
import { html, type Markup } from './markup.ts';
import type { Tone } from './page-style.ts';

/** A place on an axis, by its share of the axis' length, and what stands there. */
type Tick = { share: number; text: string };

/** One value for each point of a chart. */
type Layer = { name: string; tone: Tone; values: readonly number[] };

/** What is drawn. */
type BarChart = {
  /** The chart in a sentence, for whoever does not see it. */
  label: string;
  /** What each point is called. */
  points: readonly string[];
  ticks: readonly Tick[];
  /** From the bottom up. */
  layers: readonly Layer[];
  line?: Layer;
};

/** So many fit beside each other on a phone. */
const mostTicks = 5;

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

/** Days by their date, hours by the time, but midnight by its date. */
function ticksOf({ step, points }: UsageSeries): Tick[] {
  const everyHours = points.length > 26 ? 12 : points.length > 12 ? 6 : 3;
  const isRound = (n: number) => step !== 'hour' || Number((points[n]?.from ?? '').slice(11, 13)) % everyHours === 0;
  return spreadIndexes(points.length, mostTicks, isRound).map((n) => {
    const from = points[n]?.from ?? '';
    const isDate = step !== 'hour' || from.slice(11, 13) === '00';
    return { share: (n + 0.5) / points.length, text: isDate ? dayText(from) : timeText(from) };
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

const slotWidth = 10;
const barWidth = 7.4;
const plotHeight = 100;
/** With fewer points the bars do not get wider. */
const fewestSlots = 8;
/** A value above zero is drawn at least so high. */
const leastHeight = 1.2;

/**
 * A figure of stacked bars, with a line over them where there is one, with legend and axes. The drawing is stretched to the available
 * width; texts stand beside it, so that they are as readable on a phone as on a desk.
 */
export function barChart(chart: BarChart): Markup {
  const all = chart.line === undefined ? chart.layers : [...chart.layers, chart.line];
  const tallest = Math.max(0, ...chart.points.map((_, n) => sumAt(chart.layers, n)), ...(chart.line?.values ?? []));
  const scale = roundScale(tallest);
  const top = scale.at(-1) ?? 1;
  const slots = Math.max(fewestSlots, chart.points.length);
  const offset = ((slots - chart.points.length) / 2) * slotWidth;
  const width = slots * slotWidth;
  const atShare = (share: number) => (offset + share * chart.points.length * slotWidth) / width;
  return html`<figure class="chart">
<ul class="legend">${all.map(({ name, tone }) => html`<li><span class="swatch tone-${tone}"></span>${name}</li>`)}</ul>
<div class="plot">
<div class="y-axis" aria-hidden="true">${scale.map((at) => html`<span style="bottom:${percentOf(at / top)}">${shortText(at)}</span>`)}</div>
<svg role="img" aria-label="${chart.label}" viewBox="0 0 ${width} ${plotHeight}" preserveAspectRatio="none">
${scale.map((at) => gridLine(heightOf(at, top), width))}
${chart.points.map((name, n) => bar(name, n, offset + n * slotWidth, top, chart))}
${chart.line && lineOver(chart.line, offset, top)}
</svg>
<div class="x-axis" aria-hidden="true">${chart.ticks.map(({ share, text }) => html`<span style="left:${percentOf(atShare(share))}">${text}</span>`)}</div>
</div>
</figure>`;
}

function gridLine(y: number, width: number): Markup {
  return html`<line class="grid" x1="0" x2="${width}" y1="${y}" y2="${y}" />`;
}

/** One point; the clear area over the whole height is where a mouse finds its figures. */
function bar(name: string, n: number, left: number, top: number, { layers, line }: BarChart): Markup {
  const all = line === undefined ? layers : [...layers, line];
  const figures = all.map((layer) => `${countText(layer.values[n] ?? 0)} ${layer.name}`).join(', ');
  let bottom = plotHeight;
  const rects = layers
    .filter((layer) => (layer.values[n] ?? 0) > 0)
    .map((layer) => {
      const height = Math.max(leastHeight, plotHeight - heightOf(layer.values[n] ?? 0, top));
      bottom -= height;
      const x = left + (slotWidth - barWidth) / 2;
      return html`<rect class="tone-${layer.tone}" x="${figure(x)}" y="${figure(bottom)}" width="${barWidth}" height="${figure(height)}" />`;
    });
  return html`<g class="bar"><title>${name}: ${figures}</title><rect class="clear" x="${left}" y="0" width="${slotWidth}" height="${plotHeight}" />${rects}</g>
`;
}

/** Each point is a dot too: a polyline of a single point shows nothing. */
function lineOver({ values, tone }: Layer, offset: number, top: number): Markup {
  const at = (value: number, n: number) => `${figure(offset + (n + 0.5) * slotWidth)} ${figure(heightOf(value, top))}`;
  const dots = values.map((value, n) => `M${at(value, n)}h0`).join('');
  const points = values.map(at).join(' ');
  return html`<g class="tone-${tone} line"><polyline class="halo" points="${points}" /><polyline points="${points}" /><path d="${dots}" /></g>`;
}

function sumAt(layers: readonly Layer[], n: number): number {
  return layers.reduce((sum, { values }) => sum + (values[n] ?? 0), 0);
}

function heightOf(value: number, top: number): number {
  return figure(plotHeight * (1 - value / top));
}

function figure(value: number): number {
  return Math.round(value * 100) / 100;
}

function percentOf(share: number): string {
  return `${figure(share * 100)}%`;
}

const mostSteps = 4;

/** Round figures from 0 to at least `max`: at most five, whole numbers, evenly apart. */
export function roundScale(max: number): number[] {
  const step = [1, 2, 5]
    .flatMap((digit) => Array.from({ length: 16 }, (_, power) => digit * 10 ** power))
    .sort((a, b) => a - b)
    .find((one) => one * mostSteps >= max);
  const size = step ?? Math.ceil(max / mostSteps);
  const steps = Math.max(1, Math.ceil(max / size));
  return Array.from({ length: steps + 1 }, (_, n) => n * size);
}

/** Indexes of at most `most` of `count` points, evenly apart; of those where `preferred` says yes if that makes two at least. */
export function spreadIndexes(count: number, most: number, preferred: (index: number) => boolean): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  const candidates = all.filter(preferred);
  const from = candidates.length >= 2 ? candidates : all;
  const every = Math.ceil(from.length / most);
  return from.filter((_, place) => place % every === 0);
}
