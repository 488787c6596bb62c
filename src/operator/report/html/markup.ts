import { cleanLine } from '../../../shared/core/clean-text.ts';

/** A piece of HTML that may be put into a page as it is. */
export type Markup = { readonly markup: string };

/** What a template takes: texts and numbers are escaped, markup is not; nothing of `undefined`. */
export type Insertable = Markup | string | number | undefined | readonly Insertable[];

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
