import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  runIdFor,
  runIdSchema,
  snapshotFor,
  snapshotSchema,
  snapshotTimeMs,
} from '../../../src/shared/core/snapshot.ts';
import { arbitraryEpochMs, arbitraryRunId } from '../../support/arbitrary-page.ts';

describe('snapshot', () => {
  it('is the occurrence to the second and the run', () => {
    expect(snapshotFor(Date.UTC(2026, 10, 23, 8), '0badcafe')).toBe('2026-11-23T08:00:00Z.0badcafe');
    expect(snapshotFor(Date.UTC(2028, 1, 29, 23, 59, 59, 999), 'ffffffff')).toBe('2028-02-29T23:59:59Z.ffffffff');
  });

  it('gives its time back, and is valid', () => {
    fc.assert(
      fc.property(arbitraryEpochMs, arbitraryRunId, (atMs, runId) => {
        const snapshot = snapshotFor(atMs, runId);
        expect(snapshotTimeMs(snapshot)).toBe(atMs - (atMs % 1000));
        expect(snapshotSchema.parse(snapshot)).toBe(snapshot);
        expect(snapshot.endsWith(`.${runId}`)).toBe(true);
      }),
    );
  });

  it('sorts by time as a plain string', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryEpochMs, arbitraryRunId), { maxLength: 30 }), (runs) => {
        const seconds = runs.map(([atMs, runId]) => [Math.floor(atMs / 1000), runId] as const);
        const byTime = seconds.toSorted(([a, runA], [b, runB]) => a - b || Number(`0x${runA}`) - Number(`0x${runB}`));
        const byString = runs.map(([atMs, runId]) => snapshotFor(atMs, runId)).sort();
        expect(byString).toEqual(byTime.map(([second, runId]) => snapshotFor(second * 1000, runId)));
      }),
    );
  });

  it.each([
    '2026-11-23T08:00:00Z',
    '2026-11-23T08:00:00.000Z.0badcafe',
    '2026-11-23T08:00:00Z.0BADCAFE',
    '2026-11-23T08:00:00Z.0badcaf',
    '2026-11-23 08:00:00Z.0badcafe',
    '2026-11-23T08:00:00Z.0badcafe\n',
    ' 2026-11-23T08:00:00Z.0badcafe',
    '',
  ])('is not %j', (text) => {
    expect(snapshotSchema.safeParse(text).error?.issues[0]?.message).toBe(
      'a snapshot is an occurrence time and a run id',
    );
  });

  it.each(['2026-13-45T99:99:99Z.0badcafe', '0000-00-00T00:00:00Z.0badcafe'])('is not %s', (text) => {
    expect(snapshotSchema.safeParse(text).success).toBe(false);
  });
});

describe('run id', () => {
  it('is the same for the same cause, eight hex digits, and different for different causes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(runIdSchema.parse(runIdFor(a))).toBe(runIdFor(a));
        expect(runIdFor(a) === runIdFor(b)).toBe(a === b);
      }),
    );
  });

  it.each(['', '0badcaf', '0badcafe0', '0BADCAFE', 'wxyz1234'])('is not %j', (text) => {
    expect(runIdSchema.safeParse(text).success).toBe(false);
  });
});
