import { html, type Markup } from './markup.ts';

/** A fact: its name, its figure in large, and what more there is to say. */
export type Fact = [name: string, figure: string, more: string];

/** Facts beside each other, as many as there is room for. */
export function factTiles(facts: readonly Fact[]): Markup {
  return html`<div class="tiles">${facts.map(
    ([name, figure, more]) => html`<dl class="tile"><dt>${name}</dt><dd>${figure}</dd><dd>${more}</dd></dl>
`,
  )}</div>`;
}
