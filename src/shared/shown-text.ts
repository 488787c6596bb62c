/** Input as it is echoed in a message: bounded, without control characters, and no markup for whoever shows it on a page. */
export function shown(input: unknown): string {
  return textOf(input)
    .replace(/[\p{Cc}<>&"'`]/gu, '?')
    .slice(0, 60);
}

/** JSON may hold an object whose `toString` is none. */
function textOf(input: unknown): string {
  try {
    return String(input);
  } catch {
    return typeof input;
  }
}
