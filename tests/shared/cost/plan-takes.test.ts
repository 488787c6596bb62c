import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takesOf } from '../../../src/shared/cost/month-cost.ts';

describe('what jobs take', () => {
  it('is a call, 21 rows and the measured write units each', () => {
    expect(takesOf(0)).toEqual({ calls: 0, rows: 0, writeUnits: 0 });
    expect(takesOf(47)).toEqual({ calls: 47, rows: 987, writeUnits: 1_222 });
  });

  it('adds up', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (some, more) => {
        const [one, other, both] = [takesOf(some), takesOf(more), takesOf(some + more)];
        expect(both).toEqual({
          calls: one.calls + other.calls,
          rows: one.rows + other.rows,
          writeUnits: one.writeUnits + other.writeUnits,
        });
      }),
    );
  });
});
