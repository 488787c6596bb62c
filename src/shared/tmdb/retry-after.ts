/** Longer waits than this are not believed. */
const capMs = 60_000;

/** `Mon, 23 Nov 2026 08:00:00 GMT` and its two obsolete forms. Source: RFC 9110, 5.6.7. */
const httpDates = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * `Retry-After` in milliseconds: seconds or an HTTP date, also when the header was sent twice (the longer one counts);
 * capped at one minute. `undefined` when absent or not understood.
 */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const waits = candidates(header ?? '')
    .map((part) => waitMs(part, nowMs))
    .filter((wait): wait is number => wait !== undefined && !Number.isNaN(wait));
  return waits.length === 0 ? undefined : Math.min(capMs, Math.max(0, ...waits));
}

/** An HTTP date holds a comma itself, after the weekday. */
function candidates(text: string): string[] {
  return text.split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2})/).map((part) => part.trim());
}

function waitMs(part: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(part)) {
    return Number(part) * 1000;
  }
  return httpDates.some((form) => form.test(part)) ? Date.parse(part.replace(/( GMT)?$/, ' GMT')) - nowMs : undefined;
}
