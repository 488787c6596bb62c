import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../src/shared/core/clock.ts';
import { snapshotTimeMs } from '../../src/shared/core/snapshot.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { candidateOf } from '../../src/writer/decide-rows.ts';
import { receiveItem, withPossibleTimes } from '../../src/writer/writer-batch.ts';
import { recordingQueue } from '../support/recording-queue.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { samplePage } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const sentAtMs = Date.UTC(2026, 10, 23, 8, 0, 5);
const runId = '0badcafe';
const page = (snapshotAtMs: number, fetchedAtMs: number) =>
  samplePage({
    runId,
    snapshot: `${new Date(snapshotAtMs).toISOString().slice(0, 19)}Z.${runId}`,
    fetchedAt: new Date(fetchedAtMs).toISOString(),
  });

describe('a message', () => {
  it('is received with no time later than its sending', async () => {
    const deps = { deadLetters: recordingQueue(), telemetry: recordingTelemetry(), clock: virtualClock() };
    const body = JSON.stringify(page(sentAtMs + dayMs, sentAtMs + dayMs));
    expect(await receiveItem(body, deps, sentAtMs)).toMatchObject({
      fetchedAt: '2026-11-23T08:00:05.000Z',
      snapshot: '2026-11-23T08:00:05Z.0badcafe',
    });
    expect(await receiveItem(body, deps)).toMatchObject({ fetchedAt: '2026-11-24T08:00:05.000Z' });
  });
});

describe('a page', () => {
  it('of a clock that is right is taken as it is, also where clocks are minutes apart', () => {
    for (const item of [
      page(sentAtMs - dayMs, sentAtMs - 300),
      page(sentAtMs - 9_000, sentAtMs - 60_000),
      page(sentAtMs + 60_000, sentAtMs + 240_000),
    ]) {
      expect(withPossibleTimes(item, sentAtMs)).toBe(item);
    }
  });

  it('that was fetched tomorrow was fetched when its message was sent', () => {
    const item = page(sentAtMs - 5_000, sentAtMs + dayMs);
    expect(withPossibleTimes(item, sentAtMs)).toEqual({ ...item, fetchedAt: '2026-11-23T08:00:05.000Z' });
  });

  it('that was fetched yesterday, before its own occurrence, was fetched at that: it does not expire as it arrives', () => {
    const item = page(sentAtMs - 5_000, sentAtMs - dayMs);
    expect(withPossibleTimes(item, sentAtMs)).toEqual({ ...item, fetchedAt: '2026-11-23T08:00:00.000Z' });
  });

  it('of last week that an operator sends again today stays of last week', () => {
    const item = page(sentAtMs - 7 * dayMs, sentAtMs - 7 * dayMs + 3_000);
    expect(withPossibleTimes(item, sentAtMs)).toBe(item);
  });

  it('of a snapshot of tomorrow loses to an honest one that is sent later, in whichever order they arrive', () => {
    const wrong = withPossibleTimes(page(sentAtMs + dayMs, sentAtMs + dayMs), sentAtMs);
    const honest = withPossibleTimes(page(sentAtMs + 60_000, sentAtMs + 61_000), sentAtMs + 62_000);
    const versionOf = (item: typeof wrong) => candidateOf('m', item, defaultSettings).page?.version ?? '';
    expect(versionOf(wrong) < versionOf(honest)).toBe(true);
    expect(wrong).toMatchObject({ snapshot: '2026-11-23T08:00:05Z.0badcafe', runId });
  });

  it('is never later than its message, and the same however often that is delivered', () => {
    const anyMs = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(anyMs, anyMs, anyMs, (snapshotAtMs, fetchedAtMs, sentMs) => {
        const item = page(snapshotAtMs, fetchedAtMs);
        const mended = withPossibleTimes(item, sentMs);
        if (sentMs > 0) {
          expect(Date.parse(mended.fetchedAt)).toBeLessThanOrEqual(sentMs + 300_000);
          const occurrenceMs = mended.kind === 'item-page' ? snapshotTimeMs(mended.snapshot) : 0;
          expect(occurrenceMs).toBeLessThanOrEqual(sentMs + 300_000);
          expect(Date.parse(mended.fetchedAt)).toBeGreaterThanOrEqual(occurrenceMs - 300_000);
        }
        expect(withPossibleTimes(mended, sentMs)).toEqual(mended);
      }),
    );
  });

  it.each([undefined, Number.NaN, 0, -1])('whose sending is not known is taken at its word: %s', (unknown) => {
    const item = page(sentAtMs + dayMs, sentAtMs + dayMs);
    expect(withPossibleTimes(item, unknown)).toBe(item);
  });
});
