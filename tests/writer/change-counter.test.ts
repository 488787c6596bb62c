import { describe, expect, it } from 'vitest';
import { changeCounter } from '../../src/writer/count-changes.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const clock = virtualClock({ startMs: Date.UTC(2026, 10, 23, 23, 59) });
const feed = 'popular/movie/global/en-US';

describe('changes', () => {
  it('are added to those of the day, and kept as long as reads are', async () => {
    const store = memoryUsageStore();
    const count = changeCounter(store, 42, clock, recordingTelemetry());
    await count({ [`k:${feed}`]: 20, [`c:${feed}`]: 3 });
    await count({ [`k:${feed}`]: 20 });
    await count({});
    expect(store.countersOf('usage#2026-11-23#changes')).toEqual({ [`k:${feed}`]: 40, [`c:${feed}`]: 3 });
    expect(store.adds.map(({ expiresAtMs }) => expiresAtMs)).toEqual(
      Array.from({ length: 2 }, () => Date.UTC(2027, 0, 4, 23, 59)),
    );
  });

  it('that cannot be counted are a warning', async () => {
    const telemetry = recordingTelemetry();
    const refusing = { add: async () => Promise.reject(new Error('the control table is away')) };
    await changeCounter(refusing, 42, clock, telemetry)({ [`k:${feed}`]: 1 });
    expect(telemetry.warnings).toEqual([
      {
        message: 'the changes of lists and titles could not be counted',
        facts: { detail: 'the control table is away' },
      },
    ]);
  });
});
