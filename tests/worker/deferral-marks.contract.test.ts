import { describe, expect, it } from 'vitest';
import { dynamoDeferralMarks } from '../../src/worker/dynamo-deferral-marks.ts';
import type { DeferralMarks } from '../../src/worker/work-dependencies.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { memoryDeferralMarks } from '../support/memory-deferral-marks.ts';

const key = '0badcafe/popular/movie/global/en-US/1#3#0';
const expiresAtMs = Date.UTC(2026, 10, 23, 14);

function contract(open: () => Promise<DeferralMarks>): void {
  it('is not sent before it is, then it is, and no other', async () => {
    const marks = await open();
    expect(await marks.wasSent(key)).toBe(false);
    await marks.sent(key, expiresAtMs);
    await marks.sent(key, expiresAtMs);
    expect(await marks.wasSent(key)).toBe(true);
    expect(await marks.wasSent(key.replace('#3#', '#4#'))).toBe(false);
  });
}

describe('a deferral in memory', () => {
  contract(async () => memoryDeferralMarks());
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'a deferral', (tables) => {
    contract(async () => dynamoDeferralMarks(tables.client, await tables.newControl()));

    it('expires with the table’s TTL, in seconds', async () => {
      const table = await tables.newControl();
      await dynamoDeferralMarks(tables.client, table).sent(key, expiresAtMs + 1);
      expect(await tables.scan(table)).toEqual([{ id: `deferred#${key}`, expiration: expiresAtMs / 1_000 + 1 }]);
    });
  });
}
