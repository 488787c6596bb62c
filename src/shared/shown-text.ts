/** Input as it is echoed in a message: bounded, without control characters, and no markup for whoever shows it on a page. */
export function shown(input: unknown): string {
  return String(input)
    .replace(/[\p{Cc}<>&"'`]/gu, '?')
    .slice(0, 60);
}
