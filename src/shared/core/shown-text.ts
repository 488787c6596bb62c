import { marked } from './clean-text.ts';

/** Input as it is echoed in a message: bounded, without control characters, and no markup for whoever shows it on a page. */
export function shown(input: unknown): string {
  return marked(textOf(input))
    .replace(/[<>&"'`]/g, '?')
    .slice(0, 60)
    .toWellFormed();
}

/**
 * An address as it is echoed in a message: no user, no password, no query and no fragment, for these may be secrets. Taken from the text,
 * so that it holds of what is no URL too.
 */
export function shownUrl(input: unknown): string {
  const withoutUser = textOf(input).replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@');
  return shown(withoutUser.replace(/[?#].*/s, '…'));
}

/** JSON may hold an object whose `toString` is none. */
function textOf(input: unknown): string {
  try {
    return String(input);
  } catch {
    return typeof input;
  }
}
