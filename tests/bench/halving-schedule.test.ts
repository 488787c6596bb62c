import { describe, expect, it } from 'vitest';
import { afterRefusal, halvedRateAt, idleHalvedRate } from '../../bench/throttle/halving-schedule.ts';

const told = 30;
const startMs = 1_000_000;

describe('the halving rule', () => {
  it('halves the rate and pauses for a second', () => {
    const state = afterRefusal(idleHalvedRate, startMs, told);
    expect(halvedRateAt(state, startMs, told)).toBe(15);
    expect(state).toMatchObject({ pausedUntilMs: startMs + 1_000, nextSlotMs: startMs + 1_000 });
  });

  it('counts refusals of two seconds as one', () => {
    const once = afterRefusal(idleHalvedRate, startMs, told);
    expect(halvedRateAt(afterRefusal(once, startMs + 1_999, told), startMs, told)).toBe(15);
    expect(halvedRateAt(afterRefusal(once, startMs + 2_000, told), startMs + 2_000, told)).toBeCloseTo(7.67);
  });

  it('gives back ten calls a second in a minute, up to the told rate', () => {
    const state = afterRefusal(idleHalvedRate, startMs, told);
    expect(halvedRateAt(state, startMs + 60_000, told)).toBe(25);
    expect(halvedRateAt(state, startMs + 600_000, told)).toBe(told);
  });

  it('never stops', () => {
    const times = Array.from({ length: 20 }, (_, index) => startMs + index * 2_000);
    const state = times.reduce((before, atMs) => afterRefusal(before, atMs, told), idleHalvedRate);
    expect(state.slowRate).toBe(1);
  });
});
