/** Arguments of Node for a process whose wall clock is off by `skewMs` (negative: behind), in all of its threads; durations stay true. */
export function clockSkewedBy(skewMs: number): string[] {
  const url = new URL('./clock-preload.mjs', import.meta.url);
  url.searchParams.set('skewMs', String(Math.round(skewMs)));
  return ['--import', url.href];
}
