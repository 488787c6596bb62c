/**
 * The calls of the last seconds, as all workers know them. From these the rule of the rate finds how many calls TMDB admitted before it
 * refused one (rate-rule.ts). They are kept as a short text in the shared item.
 */

/** TMDB counts calls in a sliding window of this length. */
export const windowMs = 1_000;
/** Calls that are sent so much faster than TMDB admits them leave more in its window than its limit. */
const farAbove = 1.18;
/** Calls of this long are kept, and at most so many: what is needed for an alarm that comes late, in less than 1 KB. */
export const keptMs = 3_000;
const keptCalls = 140;
/** Slots in the future that are kept. */
const keptSlots = 80;

const fates = ['unknown', 'admitted', 'refused'] as const;

/** A call by its slot, in whole epoch milliseconds, and what TMDB did with it. */
export type RecentCall = { slotMs: number; fate: (typeof fates)[number] };

/** The calls of `packed`, and calls that have just been given slots, at `slotsMs`. */
export function withSlots(packed: string, slotsMs: readonly number[], nowMs: number): string {
  const taken = slotsMs.map((slotMs): RecentCall => ({ slotMs: Math.round(slotMs), fate: 'unknown' }));
  return packCalls([...unpackCalls(packed), ...taken], nowMs);
}

/** Notes in `calls` what TMDB did with the call of the slot at `slotMs`. */
export function noteFate(calls: RecentCall[], slotMs: number, fate: 'admitted' | 'refused'): void {
  const known = { slotMs: Math.round(slotMs), fate };
  const index = calls.findIndex((call) => call.slotMs === known.slotMs && call.fate === 'unknown');
  calls.splice(index < 0 ? calls.length : index, index < 0 ? 0 : 1, known);
}

/** The second before a refused call, as far as its answers are known. */
export type Second = {
  /** The calls in it, with or without an answer. */
  calls: number;
  /** The calls a second that TMDB admitted. */
  admitted: number;
  /** The share of the known answers that were refusals. */
  refusedShare: number;
  /** Whether the calls were sent far faster, or TMDB admitted none since its first refusal: its window holds more than its limit then. */
  isFarAbove: boolean;
};

/**
 * What TMDB did in the second before the refused call of `slotMs`, which was sent at `ratePerSecond`. An answer that is not known yet counts
 * as admitted if its call came before the first refusal, otherwise as far as the known ones after that were admitted.
 */
export function secondBefore(slotMs: number, ratePerSecond: number, calls: readonly RecentCall[]): Second {
  // Recent calls have whole milliseconds: the refused call itself belongs to its second.
  const endMs = Math.round(slotMs);
  const second = calls.filter((call) => call.slotMs > endMs - windowMs && call.slotMs <= endMs);
  const firstRefusedMs = Math.min(...second.filter(({ fate }) => fate === 'refused').map((call) => call.slotMs));
  const since = second.filter((call) => call.slotMs >= firstRefusedMs);
  const count = (some: readonly RecentCall[], fate: RecentCall['fate']) =>
    some.filter((call) => call.fate === fate).length;
  const admittedSince = count(since, 'admitted');
  const share = admittedSince / (admittedSince + count(since, 'refused') || 1);
  const before = second.length - since.length;
  const admitted = Math.min(ratePerSecond, before + admittedSince + share * count(since, 'unknown'));
  const known = second.length - count(second, 'unknown');
  return {
    calls: second.length,
    admitted,
    refusedShare: count(second, 'refused') / (known || 1),
    isFarAbove: admittedSince === 0 || ratePerSecond > farAbove * admitted,
  };
}

/**
 * Calls as text, oldest first: the first call's slot in epoch milliseconds, then for each call the milliseconds since the one before; each
 * number three times, plus 0, 1 or 2 for its fate; in base 36, separated by commas.
 */
export function packCalls(calls: readonly RecentCall[], nowMs: number): string {
  const sorted = [...calls].sort((a, b) => a.slotMs - b.slotMs);
  const past = sorted.filter(({ slotMs }) => slotMs > nowMs - keptMs && slotMs <= nowMs);
  const future = sorted.filter(({ slotMs }) => slotMs > nowMs);
  let beforeMs = 0;
  return [...past.slice(-keptCalls), ...future.slice(0, keptSlots)]
    .map(({ slotMs, fate }) => {
      const sinceMs = slotMs - beforeMs;
      beforeMs = slotMs;
      return (fates.length * sinceMs + fates.indexOf(fate)).toString(36);
    })
    .join(',');
}

/** The calls of such a text. What is damaged in it is left out. */
export function unpackCalls(packed: string): RecentCall[] {
  let slotMs = 0;
  return packed.split(',').flatMap((text): RecentCall[] => {
    const number = Number.parseInt(text, 36);
    if (!Number.isSafeInteger(number)) {
      return [];
    }
    slotMs += Math.floor(number / fates.length);
    return [{ slotMs, fate: fates[number % fates.length] ?? 'unknown' }];
  });
}
