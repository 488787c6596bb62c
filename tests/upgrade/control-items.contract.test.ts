import { expect, it } from 'vitest';
import { dynamoRefreshLeases } from '../../src/reader/dynamo-refresh-leases.ts';
import { dayMs, minuteMs } from '../../src/shared/core/clock.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { dynamoDeferralMarks } from '../../src/worker/dynamo-deferral-marks.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { putAll } from '../support/legacy-tables.ts';
import { bodiesOf, readRecordings } from './recording.ts';

describeOnEngine('dynalite', 'control items of earlier releases', (tables) => {
  it.each(readRecordings())('of $commit: leases, marks of deferrals and heads are understood', async (recording) => {
    const control = await tables.newControl();
    await putAll(tables.client, control, recording.control);
    const nowMs = recording.stoppedAtMs + minuteMs;
    const stored = (prefix: string) => recording.control.filter(({ id }) => String(id).startsWith(prefix));

    const leases = dynamoRefreshLeases(tables.client, control);
    expect(stored('refresh#')).not.toEqual([]);
    for (const { id, seen } of stored('refresh#')) {
      const subject = String(id).slice('refresh#'.length);
      expect(await leases.take(subject, String(seen), nowMs, dayMs), subject).toBe(false);
      expect(await leases.take(subject, `${seen}~newer`, nowMs, dayMs), subject).toBe(true);
    }

    const marks = dynamoDeferralMarks(tables.client, control);
    const marked = new Set(stored('deferred#').map(({ id }) => String(id).slice('deferred#'.length)));
    const keys = bodiesOf(recording.fetchQueue).map(({ jobId, attempt }) => `${jobId}#${attempt}#0`);
    expect(keys.filter((key) => marked.has(key)).length).toBeGreaterThan(2);
    for (const key of keys) {
      expect(await marks.wasSent(key), key).toBe(marked.has(key));
    }

    const heads = stored('feed#');
    const { heads: read } = await dynamoFeedHeads(tables.client, control).read(heads.map(({ id }) => String(id)));
    expect(heads.length).toBeGreaterThan(5);
    for (const { id, snapshot, lastOutcome, newest } of heads) {
      expect(read.get(String(id)), String(id)).toMatchObject({
        snapshot,
        lastOutcome,
        ...(newest === undefined ? {} : { newest }),
      });
    }
  });
});
