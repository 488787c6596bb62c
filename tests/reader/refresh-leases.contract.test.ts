import { describe, expect, it } from 'vitest';
import { dynamoRefreshLeases } from '../../src/reader/dynamo-refresh-leases.ts';
import { rejectionOf } from '../support/caught.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { memoryRefreshLeases } from '../support/memory-refresh-leases.ts';
import { refreshLeasesContract } from '../support/refresh-leases-contract.ts';

describe('in memory', () => {
  refreshLeasesContract(async () => {
    const leases = memoryRefreshLeases();
    return () => leases;
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'refresh leases', (tables) => {
    refreshLeasesContract(async () => {
      const table = await tables.newControl();
      return () => dynamoRefreshLeases(tables.client, table);
    });

    it('are items of the control table that vanish after their period', async () => {
      const table = await tables.newControl();
      const takenAtMs = Date.UTC(2026, 10, 23, 8, 0, 0, 250);
      await dynamoRefreshLeases(tables.client, table).take('popular/movie/DE/de-DE', 'monday', takenAtMs, 3_600_000);
      expect(await tables.scan(table)).toEqual([
        {
          id: 'refresh#popular/movie/DE/de-DE',
          seen: 'monday',
          takenAtMs,
          expiration: Date.UTC(2026, 10, 23, 9, 0, 1) / 1_000,
        },
      ]);
    });

    it('pass on what DynamoDB says', async () => {
      const leases = dynamoRefreshLeases(tables.client, 'no-such-table');
      const missing = { name: 'ResourceNotFoundException' };
      expect(await rejectionOf(leases.take('popular/movie', '', 0, 1))).toMatchObject(missing);
      expect(await rejectionOf(leases.release('popular/movie'))).toMatchObject(missing);
    });
  });
}
