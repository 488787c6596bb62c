/** Draws stacked bars by Apache ECharts, as SVG without a browser. It takes a second to load: import this where a chart is drawn. */
import { BarChart as Bars, LineChart as Lines } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { countText, shortText } from './figures.ts';
import { html, type Markup } from './markup.ts';
import type { Tone } from './page-style.ts';

use([Bars, Lines, GridComponent, SVGRenderer]);

/** One value for each point of a chart. */
export type Layer = { name: string; tone: Tone; values: readonly number[] };

/** What is drawn. */
export type BarChart = {
  /** The chart in a sentence, for whoever does not see it. */
  label: string;
  /** What each point is called. */
  points: readonly string[];
  /** What stands below each point, as far as there is room; an empty text is nothing. */
  ticks: readonly string[];
  /** From the bottom up. */
  layers: readonly Layer[];
  line?: Layer;
};

/** An SVG is scaled with its texts: what is readable on a desk would not be on a phone, so that there is one for each. */
const sizes = { wide: { width: 760, height: 240 }, narrow: { width: 320, height: 220 } };

/** A figure of stacked bars, with a line over them where there is one, with legend and axes. Colours are those of the page's style. */
export function barChart(chart: BarChart): Markup {
  const svgs = (['wide', 'narrow'] as const).map(
    (size) =>
      html`<svg class="${size}" role="img" aria-label="${chart.label}" viewBox="0 0 ${sizes[size].width} ${sizes[size].height}">${drawn(chart, size)}</svg>`,
  );
  return html`<figure class="chart">
<ul class="legend">${layersOf(chart).map(({ name, tone }) => html`<li><span class="swatch tone-${tone}"></span>${name}</li>`)}</ul>
${svgs}
</figure>`;
}

function layersOf({ layers, line }: BarChart): readonly Layer[] {
  return line === undefined ? layers : [...layers, line];
}

/** What is inside the SVG. */
function drawn(chart: BarChart, size: keyof typeof sizes): Markup {
  const plot = init(null, null, { renderer: 'svg', ssr: true, ...sizes[size] });
  try {
    plot.setOption(optionOf(chart, size));
    return withTitles(plot.renderToSVGString({ useViewBox: true }), chart);
  } finally {
    plot.dispose();
  }
}

const text = { color: 'var(--muted)', fontSize: 12 };

function optionOf(chart: BarChart, size: keyof typeof sizes) {
  return {
    animation: false,
    grid: { left: 46, right: 14, top: 10, bottom: 26, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: [...chart.ticks],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--rule)' } },
      axisLabel: { ...text, hideOverlap: true, interval: hasRoom(chart.ticks, size) },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      minInterval: 1,
      axisLabel: { ...text, formatter: shortText },
      splitLine: { lineStyle: { color: 'var(--grid)' } },
    },
    series: [...chart.layers.map(barsOf), ...(chart.line === undefined ? [] : linesOf(chart.line))],
  };
}

/** Ten labels fit beside each other, on a phone five: of more ticks every second, third, … has one. */
function hasRoom(ticks: readonly string[], size: keyof typeof sizes): (index: number) => boolean {
  const places = ticks.flatMap((tick, index) => (tick === '' ? [] : [index]));
  const every = Math.ceil(places.length / (size === 'wide' ? 10 : 5));
  const shown = new Set(places.filter((_, n) => n % every === 0));
  return (index) => shown.has(index);
}

function barsOf({ tone, values }: Layer) {
  const itemStyle = { color: `var(--${tone})`, borderColor: 'var(--card)', borderWidth: 1 };
  // A value above zero can be seen, however small it is; of zero there is no bar.
  const data = values.map((value) => (value === 0 ? '-' : value));
  return { ...still, type: 'bar', stack: 'all', data, itemStyle, barMinHeight: 2, barMaxWidth: 60 };
}

/** What ECharts does under a mouse needs its script, which the page does not have. */
const still = { silent: true, emphasis: { disabled: true } };

/** A line is drawn on a wider one in the colour of the card, which parts it from the bars. */
function linesOf({ tone, values }: Layer) {
  const line = { ...still, type: 'line', data: [...values], clip: false };
  const color = `var(--${tone})`;
  return [
    { ...line, symbol: 'none', lineStyle: { color: 'var(--card)', width: 5 } },
    { ...line, symbol: 'circle', symbolSize: 5, lineStyle: { color, width: 2 }, itemStyle: { color } },
  ];
}

/**
 * The elements of a drawing without its styles, classes and ids: a strict content policy refuses the first, and several drawings on a page would
 * share the others. Each mark of a value gets a title with the figures of its point, which a mouse finds.
 */
function withTitles(svg: string, chart: BarChart): Markup {
  const inner = svg
    .replace(/^<svg[^>]*>\s*/, '')
    .replace(/<style[\s\S]*?<\/style>|<defs[\s\S]*?<\/defs>/g, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/ (style|class|clip-path|ecmeta_series_index|ecmeta_silent)="[^"]*"/g, '')
    .replace(
      / ecmeta_data_index="(\d+)" ecmeta_ssr_type="chart"([^>]*)>/g,
      (_found, index: string, rest: string) =>
        ` class="mark"${rest}><title>${titleOf(Number(index), chart).markup}</title>`,
    );
  return { markup: inner };
}

function titleOf(index: number, chart: BarChart): Markup {
  const figures = layersOf(chart).map(({ name, values }) => `${countText(values[index] ?? 0)} ${name}`);
  return html`${chart.points[index] ?? ''}: ${figures.join(', ')}`;
}
