import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampledTelemetry } from '../../src/reader/sampled-telemetry.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { virtualClock } from '../support/virtual-clock.ts';

function open() {
  const clock = virtualClock();
  const log = recordingTelemetry();
  return { clock, log, sampled: sampledTelemetry(log, clock) };
}

const missed = (code: string) =>
  ({ event: 'live-fetched', subject: 'movie/550/en-US', outcome: 'unavailable', code, latencyMs: 1 }) as const;

describe('the log of a reader', () => {
  it('has the first three of alike records in ten seconds, and then how many more there were', async () => {
    const { clock, log, sampled } = open();
    for (let n = 0; n < 1_000; n += 1) {
      sampled.event(missed('no_slot'));
      sampled.warn('a read had a problem', { code: 'control_unavailable' });
    }
    sampled.event(missed('open'));
    expect(log.eventsOf('live-fetched').map(({ code }) => code)).toEqual(['no_slot', 'no_slot', 'no_slot', 'open']);
    expect(log.warnings).toHaveLength(3);
    await clock.advance(9_999);
    sampled.event(missed('no_slot'));
    expect(log.eventsOf('records-left-out')).toEqual([]);
    await clock.advance(1);
    sampled.warn('another');
    expect(log.eventsOf('records-left-out')).toEqual([
      { event: 'records-left-out', kind: 'live-fetched unavailable no_slot', count: 998 },
      { event: 'records-left-out', kind: 'a read had a problem control_unavailable', count: 997 },
    ]);
    expect(log.warnings.at(-1)).toEqual({ message: 'another', facts: {} });
  });

  it('counts every record, written or left out, whatever comes', async () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat({ max: 12_000 })),
      kind: fc.nat({ max: 60 }),
      warns: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 400, size: 'max' }), async (steps) => {
        const { clock, log, sampled } = open();
        for (const { afterMs, kind, warns } of steps) {
          await clock.advance(afterMs);
          warns ? sampled.warn(`kind ${kind}`) : sampled.event(missed(`code_${kind}`));
        }
        sampled.flush();
        const left = log.eventsOf('records-left-out').reduce((total, { count }) => total + count, 0);
        expect(log.eventsOf('live-fetched').length + log.warnings.length + left).toBe(steps.length);
      }),
    );
  });

  it('is bounded also where all records differ', () => {
    const { log, sampled } = open();
    for (let n = 0; n < 10_000; n += 1) {
      sampled.warn(`a text of somebody else: ${n}`);
    }
    sampled.flush();
    expect(log.warnings.length + log.events.length).toBeLessThan(50);
  });

  it('lets metrics through, and reports with them what was left out', async () => {
    const { clock, log, sampled } = open();
    for (let n = 0; n < 5; n += 1) {
      sampled.warn('alike');
    }
    await clock.advance(10_000);
    sampled.metric('CacheHit', 1);
    sampled.gathered?.({ CacheHit: { values: [0, 1], counts: [1, 2] } });
    expect(log.valuesOf('CacheHit')).toEqual([1, 0, 1, 1]);
    expect(log.eventsOf('records-left-out')).toEqual([{ event: 'records-left-out', kind: 'alike', count: 2 }]);
  });

  it('passes on what another sampling left out', () => {
    const { log, sampled } = open();
    for (let n = 0; n < 9; n += 1) {
      sampled.event({ event: 'records-left-out', kind: 'x', count: 1 });
    }
    sampled.flush();
    expect(log.eventsOf('records-left-out')).toHaveLength(9);
  });
});
