/**
 * Stacked bars, with a line over them where there is one. The drawing is stretched to the width that there is; texts stand beside it,
 * so that they are as readable on a phone as on a desk.
 */
import { roundScale, type Tick } from './axis.ts';
import { countText, shortText } from './figures.ts';
import { html, type Markup } from './markup.ts';
import type { Tone } from './page-style.ts';

/** One value for each point of a chart. */
export type Layer = { name: string; tone: Tone; values: readonly number[] };

/** What is drawn. */
export type BarChart = {
  /** The chart in a sentence, for whoever does not see it. */
  label: string;
  /** What each point is called. */
  points: readonly string[];
  ticks: readonly Tick[];
  /** From the bottom up. */
  layers: readonly Layer[];
  line?: Layer;
};

const slotWidth = 10;
const barWidth = 7.4;
const plotHeight = 100;
/** Fewer points do not make wider bars. */
const fewestSlots = 8;
/** What is not zero can be seen. */
const leastHeight = 1.2;

/** A figure: legend, axes and bars. */
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

/** A line of one point only would be none: each point is a dot too. */
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
