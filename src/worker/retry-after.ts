/** Longer waits than this are not believed. */
const capMs = 60_000;

/**
 * `Retry-After` in milliseconds: seconds or an HTTP date, also when the header was sent twice (the longer one counts);
 * capped at one minute. `undefined` when absent or not understood.
 */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') {
    return undefined;
  }
  const waits = candidates(text)
    .map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) * 1000 : Date.parse(part) - nowMs))
    .filter((waitMs) => Number.isFinite(waitMs));
  return waits.length === 0 ? undefined : Math.min(capMs, Math.max(0, ...waits));
}

/** An HTTP date holds a comma itself, after the weekday. */
function candidates(text: string): string[] {
  return text
    .split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2})/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
