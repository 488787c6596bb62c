/** `part` as a share of `whole`, to four digits; `null` where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  // A share of nothing negative is 0, not -0, which JSON does not hold.
  return whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 + 0 : null;
}
