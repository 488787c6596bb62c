import { marked } from './clean-text.ts';

/** Input as it is echoed in a message: bounded, without control characters, and no markup for whoever shows it on a page. */
export function shown(input: unknown): string {
  return marked(textOf(input))
    .replace(/[<>&"'`]/g, '?')
    .slice(0, 60)
    .toWellFormed();
}

/** A URL as it is echoed in a message: without user, password, query and fragment, each of which may be a secret. */
export function shownUrl(input: unknown): string {
  return shown(
    textOf(input)
      .replace(/[?#].*$/s, '')
      .replace(/^([a-z][a-z0-9+.-]*:)?(\/\/)?.*@/is, '$1$2'),
  );
}

/** JSON may hold an object whose `toString` is none. */
function textOf(input: unknown): string {
  try {
    return String(input);
  } catch {
    return typeof input;
  }
}
