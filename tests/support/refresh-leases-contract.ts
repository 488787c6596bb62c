import { describe, expect, it } from 'vitest';
import type { RefreshLeases } from '../../src/reader/pipeline-requests.ts';

const periodMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 23, 8);
const monday = '2026-11-23T08:00:00Z.0badcafe';
const tuesday = '2026-11-24T08:00:00Z.0badcafe';

/** What all leases keep to; `open` gives nobody's leases, as often as they are opened on the same place. */
export function refreshLeasesContract(open: () => Promise<() => RefreshLeases>): void {
  describe('a lease', () => contractOfOne(open));
  describe('a lease among many callers', () => contractOfMany(open));
  describe('a lease and clocks that are wrong', () => contractOfClocks(open));
}

function contractOfOne(open: () => Promise<() => RefreshLeases>): void {
  it('is taken once for what was seen, and for nothing older', async () => {
    const leases = (await open())();
    expect(await leases.take('popular/movie', tuesday, nowMs, periodMs)).toBe(true);
    expect(await leases.take('popular/movie', tuesday, nowMs, periodMs)).toBe(false);
    expect(await leases.take('popular/movie', monday, nowMs + 1, periodMs)).toBe(false);
    expect(await leases.take('popular/movie', '', nowMs + 2, periodMs)).toBe(false);
  });

  it('is taken anew for what is newer, and then no more for the older', async () => {
    const leases = (await open())();
    await leases.take('popular/movie', monday, nowMs, periodMs);
    expect(await leases.take('popular/movie', tuesday, nowMs + 1, periodMs)).toBe(true);
    expect(await leases.take('popular/movie', monday, nowMs + 2, periodMs)).toBe(false);
  });

  it('may be for what was never seen', async () => {
    const leases = (await open())();
    expect(await leases.take('movie/550/de-DE', '', nowMs, periodMs)).toBe(true);
    expect(await leases.take('movie/550/de-DE', '', nowMs, periodMs)).toBe(false);
    expect(await leases.take('movie/550/de-DE', '2026-11-23T00:00:00.000Z', nowMs, periodMs)).toBe(true);
  });

  it('lasts for its period, to the millisecond', async () => {
    const leases = (await open())();
    await leases.take('popular/movie', monday, nowMs, periodMs);
    expect(await leases.take('popular/movie', monday, nowMs + periodMs - 1, periodMs)).toBe(false);
    expect(await leases.take('popular/movie', monday, nowMs + periodMs, periodMs)).toBe(true);
    expect(await leases.take('popular/movie', monday, nowMs + periodMs + 1, periodMs)).toBe(false);
  });

  it('concerns its subject alone', async () => {
    const leases = (await open())();
    for (const subject of ['popular/movie', 'popular/tv', 'movie/550/de-DE', 'movie/550/en-US']) {
      expect(await leases.take(subject, monday, nowMs, periodMs)).toBe(true);
    }
    await leases.release('popular/movie');
    expect(await leases.take('popular/tv', monday, nowMs, periodMs)).toBe(false);
  });

  it('that was given back can be taken again, and giving back none is no fault', async () => {
    const leases = (await open())();
    await leases.release('popular/movie');
    await leases.take('popular/movie', monday, nowMs, periodMs);
    await leases.release('popular/movie');
    expect(await leases.take('popular/movie', monday, nowMs, periodMs)).toBe(true);
    expect(await leases.take('popular/movie', monday, nowMs, periodMs)).toBe(false);
  });
}

function contractOfMany(open: () => Promise<() => RefreshLeases>): void {
  const rivals = async (container: () => RefreshLeases, seen: string, atMs = nowMs) => {
    const takes = Array.from({ length: 20 }, () => container().take('popular/movie', seen, atMs, periodMs));
    return (await Promise.all(takes)).filter(Boolean).length;
  };

  it('is taken by exactly one of twenty', async () => {
    const container = await open();
    expect(await rivals(container, monday)).toBe(1);
    expect(await rivals(container, monday)).toBe(0);
  });

  it('is taken by exactly one of twenty who have seen something newer, or find it over', async () => {
    const container = await open();
    await container().take('popular/movie', monday, nowMs, periodMs);
    expect(await rivals(container, tuesday)).toBe(1);
    expect(await rivals(container, tuesday, nowMs + periodMs)).toBe(1);
  });

  it('is one in all containers: what one has taken or given back the others know', async () => {
    const container = await open();
    const [one, other] = [container(), container()];
    await one.take('popular/movie', monday, nowMs, periodMs);
    expect(await other.take('popular/movie', monday, nowMs, periodMs)).toBe(false);
    await one.release('popular/movie');
    expect(await other.take('popular/movie', monday, nowMs, periodMs)).toBe(true);
  });
}

function contractOfClocks(open: () => Promise<() => RefreshLeases>): void {
  it('holds where clocks are a little apart', async () => {
    const leases = (await open())();
    await leases.take('popular/movie', monday, nowMs + 5_000, periodMs);
    expect(await leases.take('popular/movie', monday, nowMs, periodMs)).toBe(false);
  });

  it('does not last when it is from the far future', async () => {
    const leases = (await open())();
    await leases.take('popular/movie', monday, nowMs + 365 * periodMs, periodMs);
    expect(await leases.take('popular/movie', monday, nowMs, periodMs)).toBe(true);
    expect(await leases.take('popular/movie', monday, nowMs + 1, periodMs)).toBe(false);
  });

  it('does not outlast its period because the clock that took it was ahead by less than that', async () => {
    const leases = (await open())();
    await leases.take('award_winning/movie', monday, nowMs + periodMs, 7 * periodMs);
    expect(await leases.take('award_winning/movie', monday, nowMs, 7 * periodMs)).toBe(true);
    expect(await leases.take('award_winning/movie', monday, nowMs + 1, 7 * periodMs)).toBe(false);
  });

  it('does not last when the clock that took it was far behind', async () => {
    const leases = (await open())();
    await leases.take('popular/movie', monday, 0, periodMs);
    expect(await leases.take('popular/movie', monday, nowMs, periodMs)).toBe(true);
  });
}
