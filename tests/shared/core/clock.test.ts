import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoFromMs } from '../../../src/shared/core/clock.ts';

describe('a moment as text', () => {
  it.each([
    [Date.UTC(2026, 10, 23, 8), '2026-11-23T08:00:00.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [8.64e15, '+275760-09-13T00:00:00.000Z'],
    [8.64e15 + 1, '+275760-09-13T00:00:00.000Z'],
    [1e300, '+275760-09-13T00:00:00.000Z'],
    [-1e300, '-271821-04-20T00:00:00.000Z'],
  ])('%d: %s', (epochMs, text) => {
    expect(isoFromMs(epochMs)).toBe(text);
  });

  it('is there for any number that a table can hold', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (epochMs) => {
        expect(Number.isNaN(Date.parse(isoFromMs(epochMs)))).toBe(false);
      }),
    );
  });
});
