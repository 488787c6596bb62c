import { marked } from './clean-text.ts';

/** Input as an error message echoes it: at most 60 characters, no control characters, and no markup, since a web page may show it. */
export function shown(input: unknown): string {
  return marked(textOf(input))
    .replace(/[<>&"'`]/g, '?')
    .slice(0, 60)
    .toWellFormed();
}

/**
 * An address as an error message echoes it: without user, password, query and fragment, which may be secrets. It works on the text, so
 * that it also works for input that is not a URL.
 */
export function shownUrl(input: unknown): string {
  const withoutUser = textOf(input).replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@');
  return shown(withoutUser.replace(/[?#].*/s, '…'));
}

/** JSON may hold an object whose `toString` is not a function. */
function textOf(input: unknown): string {
  try {
    return String(input);
  } catch {
    return typeof input;
  }
}
