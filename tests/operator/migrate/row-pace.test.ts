import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearableRowsPerSecond, rowPace } from '../../../src/operator/migrate/row-pace.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const never = new AbortController().signal;

describe('pace of rows', () => {
  it('spaces rows evenly, and takes less time for those that cost less', async () => {
    const clock = virtualClock({ autoJump: true });
    const pace = rowPace(5, clock, never);
    const startsMs: number[] = [];
    for (const rows of [1, 1, 0.2, 0.2, 1]) {
      await pace(rows);
      startsMs.push(clock.monotonicMs());
    }
    expect(startsMs).toEqual([0, 200, 400, 440, 480]);
  });

  it('saves nothing up while nothing is taken', async () => {
    const clock = virtualClock({ autoJump: true });
    const pace = rowPace(5, clock, never);
    await clock.sleep(60_000);
    const startsMs: number[] = [];
    for (let row = 0; row < 3; row += 1) {
      await pace(1);
      startsMs.push(clock.monotonicMs() - 60_000);
    }
    expect(startsMs).toEqual([0, 200, 400]);
  });

  it('is kept by takes at the same time, over any second', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), async (rate, takes) => {
        const clock = virtualClock({ autoJump: true });
        const pace = rowPace(rate, clock, never);
        const startsMs = await Promise.all(
          Array.from({ length: takes }, () => pace(1).then(() => clock.monotonicMs())),
        );
        const inOneSecond = startsMs.map((from) => startsMs.filter((ms) => ms >= from && ms < from + 999.9).length);
        expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(rate);
      }),
      { numRuns: 30 },
    );
  });

  it('ends its waiting when the run is interrupted', async () => {
    const clock = virtualClock();
    const interruption = new AbortController();
    const pace = rowPace(0.1, clock, interruption.signal);
    await pace(1);
    const waiting = pace(1);
    interruption.abort();
    await waiting;
    expect(clock.monotonicMs()).toBe(0);
  });
});

describe('pace that a table bears', () => {
  it.each([
    // Two units a row leave 2.4 of 12 to the pipeline.
    [12, 4.8],
    [25, 10],
    [1, 0.4],
    [undefined, 200],
  ])('of %s write units is %s rows a second', (units, rows) => {
    expect(bearableRowsPerSecond(units)).toBeCloseTo(rows, 9);
  });
});
