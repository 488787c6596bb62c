import type { RankedFeed, RankedTitle } from '../build-report.ts';
import type { ReadFigures } from '../read-figures.ts';
import { feedName } from './feed-name.ts';
import { countText, shareText } from './figures.ts';
import { html, type Markup } from './markup.ts';
import type { Tone } from './page-style.ts';

/** A ranking as a table; with bars, each as long as its reads are to the first one's. */
export function feedRanking(caption: string, ranked: readonly RankedFeed[], bars: boolean): Markup {
  return rankingTable(caption, 'feed', ranked, ({ feed }) => feedName(feed), bars);
}

/** The same of titles. */
export function titleRanking(caption: string, ranked: readonly RankedTitle[], bars: boolean): Markup {
  return rankingTable(caption, 'title', ranked, titleName, bars);
}

function rankingTable<T extends ReadFigures>(
  caption: string,
  what: string,
  ranked: readonly T[],
  nameOf: (one: T) => Markup,
  bars: boolean,
): Markup {
  if (ranked.length === 0) {
    return html`<h3>${caption}</h3><p class="nothing">None was read in this period.</p>`;
  }
  const most = Math.max(...ranked.map(({ reads }) => reads));
  const legend = bars ? html`<span class="hint">bars: ${swatch('hit')} hits ${swatch('miss')} misses</span>` : '';
  return html`<table class="ranking"><caption>${caption} ${legend}</caption>
<thead><tr><th scope="col">${what}</th><th scope="col" class="figure">reads</th><th scope="col" class="figure">hits</th><th scope="col" class="figure">stale</th></tr></thead>
<tbody>${ranked.map(
    (
      one,
    ) => html`<tr><th scope="row">${nameOf(one)}${bars ? rankBar(one, most) : ''}</th><td class="figure">${countText(one.reads)}</td><td class="figure">${shareText(one.hitRatio)}</td><td class="figure">${shareText(one.staleShare)}</td></tr>
`,
  )}</tbody>
</table>`;
}

function swatch(tone: Tone): Markup {
  return html`<span class="swatch tone-${tone}"></span>`;
}

/** The figures stand beside it. */
function rankBar({ hits, misses }: ReadFigures, most: number): Markup {
  return html`<svg class="rank-bar" aria-hidden="true" viewBox="0 0 ${most} 10" preserveAspectRatio="none"><rect class="tone-hit" x="0" y="0" width="${hits}" height="10" /><rect class="tone-miss" x="${hits}" y="0" width="${misses}" height="10" /></svg>`;
}

function titleName({ mediaType, id, title }: RankedTitle): Markup {
  const ref = `${mediaType} ${id}`;
  return title === null
    ? html`<bdi>${ref}</bdi><small>not in the table</small>`
    : html`<bdi>${title}</bdi><small>${ref}</small>`;
}
