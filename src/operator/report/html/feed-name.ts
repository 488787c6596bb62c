import { html, type Markup } from './markup.ts';

/** A feed's id in two lines: what it lists, and for whom. A narrow column breaks it at its joints. */
export function feedName(feed: string): Markup {
  const [category, media, ...audience] = feed.split('/');
  if (category === undefined || media === undefined || audience.length === 0) {
    return html`<bdi>${feed}</bdi>`;
  }
  const words = category.split('_').map((word, n) => html`${n > 0 ? html`_<wbr />` : ''}${word}`);
  return html`<bdi>${words}/<wbr />${media}</bdi><small>${audience.join(' · ')}</small>`;
}
