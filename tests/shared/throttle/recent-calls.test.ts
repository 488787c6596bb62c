import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  noteFate,
  packCalls,
  type RecentCall,
  secondBefore,
  unpackCalls,
  withSlots,
} from '../../../src/shared/throttle/recent-calls.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const anyFate = fc.constantFrom<RecentCall['fate']>('unknown', 'admitted', 'refused');
const anyCall = (fromMs: number, toMs: number): fc.Arbitrary<RecentCall> =>
  fc.record({ slotMs: fc.integer({ min: nowMs + fromMs, max: nowMs + toMs }), fate: anyFate });

const bySign: Record<string, RecentCall['fate']> = { '+': 'admitted', '-': 'refused' };

/** Calls one every `stepMs`, by the signs of their answers. */
const calls = (signs: string, stepMs: number): RecentCall[] =>
  [...signs].map((sign, index) => ({
    slotMs: nowMs + index * stepMs,
    fate: bySign[sign] ?? 'unknown',
  }));

describe('recent calls as text', () => {
  it('come back as they were, in the order of their slots', () => {
    fc.assert(
      fc.property(fc.array(anyCall(-2_999, 60_000), { maxLength: 80 }), (all) => {
        expect(unpackCalls(packCalls(all, nowMs))).toEqual(all.toSorted((a, b) => a.slotMs - b.slotMs));
      }),
    );
  });

  it('are those of the last three seconds: the last 140, and the next 80', () => {
    const old = { slotMs: nowMs - 3_000, fate: 'refused' as const };
    const kept = { slotMs: nowMs - 2_999, fate: 'refused' as const };
    expect(unpackCalls(packCalls([old, kept], nowMs))).toEqual([kept]);
    const many = calls('+'.repeat(300), 10);
    // The last one is now.
    expect(unpackCalls(packCalls(many, nowMs + 2_990))).toEqual(many.slice(160));
    expect(unpackCalls(packCalls(many, nowMs - 1))).toEqual(many.slice(0, 80));
    expect(unpackCalls(packCalls(many, nowMs + 1_990))).toEqual(many.slice(60, 280));
  });

  it('have less than 700 bytes, at any rate and with any batches', () => {
    const anyRate = fc.double({ min: 1, max: 40, noNaN: true });
    fc.assert(
      fc.property(anyRate, fc.array(anyFate, { minLength: 1, maxLength: 50 }), (rate, fates) => {
        // Slots lie within the 50 s for which a batch can wait.
        const most = Math.ceil(53 * rate);
        const all = Array.from({ length: most }, (_, index) => ({
          slotMs: Math.round(nowMs - 3_000 + (index * 1_000) / rate),
          fate: fates[index % fates.length] ?? 'unknown',
        }));
        expect(packCalls(all, nowMs).length).toBeLessThan(700);
      }),
    );
  });

  it('that are damaged are left out, and nothing throws', () => {
    expect(unpackCalls('')).toEqual([]);
    expect(unpackCalls('!,,?')).toEqual([]);
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (text) => {
        for (const { slotMs } of unpackCalls(text)) {
          expect(Number.isFinite(slotMs)).toBe(true);
        }
        expect(packCalls(unpackCalls(text), nowMs)).toBeTypeOf('string');
      }),
    );
  });

  it('have the slots that are taken, and then what TMDB did with each', () => {
    const packed = withSlots('', [nowMs, nowMs + 33.4, nowMs + 66.7], nowMs);
    const known = unpackCalls(packed);
    noteFate(known, nowMs + 33.4, 'refused');
    expect(known.map(({ slotMs, fate }) => [slotMs - nowMs, fate])).toEqual([
      [0, 'unknown'],
      [33, 'refused'],
      [67, 'unknown'],
    ]);
    noteFate(known, nowMs + 500, 'admitted');
    expect(known).toHaveLength(4);
  });

  it('of several lanes may have the same slot: each answer is of one of them', () => {
    const known = unpackCalls(withSlots(withSlots('', [nowMs], nowMs), [nowMs], nowMs));
    noteFate(known, nowMs, 'admitted');
    noteFate(known, nowMs, 'refused');
    expect(known.map(({ fate }) => fate).sort()).toEqual(['admitted', 'refused']);
  });
});

describe('the second before a refusal', () => {
  const second = (signs: string, rate: number, ratePerSecond = rate) => {
    const all = calls(signs, 1_000 / rate);
    return secondBefore(all.at(-1)?.slotMs ?? 0, ratePerSecond, all);
  };

  it.each([
    ['what was admitted before the first refusal', `${'+'.repeat(5)}-----`, 10, { admitted: 5, refusedShare: 0.5 }],
    ['and after it', '+++++-+-+-', 10, { admitted: 7, refusedShare: 0.3 }],
    ['what is unknown before it', '??+++-+-+-', 10, { admitted: 7, refusedShare: 3 / 8 }],
    [
      'what is unknown after it, as the known ones were',
      '+++++-+?+-',
      10,
      { admitted: 5 + 2 + 0.5, refusedShare: 2 / 9 },
    ],
    ['nothing of the seconds before', `${'+'.repeat(50)}+++++-----`, 10, { admitted: 5, refusedShare: 0.5 }],
    ['no more than the rate at which was called', `${'+'.repeat(9)}-`, 10, { admitted: 9, refusedShare: 0.1 }],
  ])('has %s', (_name, signs, rate, expected) => {
    const { admitted, refusedShare } = second(signs, rate);
    expect(admitted).toBeCloseTo(expected.admitted, 6);
    expect(refusedShare).toBeCloseTo(expected.refusedShare, 6);
  });

  it('has at most the rate at which the call was sent', () => {
    expect(second(`${'+'.repeat(9)}-`, 10, 4).admitted).toBe(4);
  });

  it('is far above the limit if TMDB admitted nothing any more, or was called a fifth faster', () => {
    expect(second('+++++++++-', 10).isFarAbove).toBe(true);
    // Nine were admitted: 10 is less than 1.18 times that, and 11 is more.
    expect(second('++++++++-+', 10).isFarAbove).toBe(false);
    expect(second('++++++++-+', 10, 11).isFarAbove).toBe(true);
  });
});
