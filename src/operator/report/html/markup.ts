import { cleanLine } from '../../../shared/core/clean-text.ts';

/** A piece of HTML that may be put into a page as it is. */
export type Markup = { readonly markup: string };

/** What a template takes: texts and numbers are escaped, markup is not; nothing of `undefined`. */
type Insertable = Markup | string | number | undefined | readonly Insertable[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template whose every inserted text is text, in an element as in a quoted attribute. */
export function html(parts: TemplateStringsArray, ...inserted: readonly Insertable[]): Markup {
  return {
    markup: parts.map((part, index) => part + (index < inserted.length ? textOf(inserted[index]) : '')).join(''),
  };
}

function textOf(value: Insertable): string {
  if (value === undefined) {
    return '';
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return escaped(String(value));
  }
  return 'markup' in value ? value.markup : value.map(textOf).join('');
}

/** Characters that no HTML may hold become the replacement character; line breaks and tabs of a text become spaces. */
function escaped(text: string): string {
  return cleanLine(text.toWellFormed().replace(/[^\P{Cc}\n\t\r]|[\uFDD0-\uFDEF\uFFFE\uFFFF]/gu, '\uFFFD')).replace(
    /[&<>"']/g,
    (character) => entities[character] ?? '',
  );
}

/** A feed's id in two lines: what it lists, and for whom. A narrow column breaks it at its joints. */
export function feedName(feed: string): Markup {
  const [category, media, ...audience] = feed.split('/');
  if (category === undefined || media === undefined || audience.length === 0) {
    return html`<bdi>${feed}</bdi>`;
  }
  const words = category.split('_').map((word, n) => html`${n > 0 ? html`_<wbr />` : ''}${word}`);
  return html`<bdi>${words}/<wbr />${media}</bdi><small>${audience.join(' · ')}</small>`;
}

/** A fact: its name, its figure in large, and what more there is to say. */
export type Fact = [name: string, figure: string, more: string];

/** Facts beside each other, as many as there is room for. */
export function factTiles(facts: readonly Fact[]): Markup {
  return html`<div class="tiles">${facts.map(
    ([name, figure, more]) => html`<dl class="tile"><dt>${name}</dt><dd>${figure}</dd><dd>${more}</dd></dl>
`,
  )}</div>`;
}
