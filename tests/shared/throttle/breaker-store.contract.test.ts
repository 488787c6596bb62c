import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { breakerId, dynamoBreakerStore } from '../../../src/shared/throttle/dynamo-breaker-store.ts';
import { breakerStoreContract, sampleBreaker } from '../../support/breaker-store-contract.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';

describe('in memory', () => {
  breakerStoreContract(async () => {
    const store = memoryBreakerStore();
    return () => store;
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'breaker store', (tables) => {
    breakerStoreContract(async () => {
      const table = await tables.newControl();
      return () => dynamoBreakerStore(tables.client, table);
    });

    it('keeps one item, beside the others of the control table', async () => {
      const table = await tables.newControl();
      await tables.client.send(new PutCommand({ TableName: table, Item: { id: 'rate-schedule', nextSlotMs: 1 } }));
      await dynamoBreakerStore(tables.client, table).replace(sampleBreaker(), 0);
      expect((await tables.scan(table)).map(({ id }) => id)).toEqual(['breaker', 'rate-schedule']);
      expect(breakerId).toBe('breaker');
    });

    it.each([
      ['of another layout', { state: 'ajar', revision: 7 }],
      ['whose revision is no number', { ...sampleBreaker(), revision: 'seven' }],
      ['without a revision', { state: 'open' }],
      ['that is empty', {}],
    ])('takes a record %s for none, and replaces it once', async (_name, damaged) => {
      const table = await tables.newControl();
      await tables.client.send(new PutCommand({ TableName: table, Item: { id: breakerId, ...damaged } }));
      const [one, other] = [dynamoBreakerStore(tables.client, table), dynamoBreakerStore(tables.client, table)];
      expect([await one.read(), await other.read()]).toEqual([undefined, undefined]);
      const stored = await Promise.all([one, other].map((store) => store.replace(sampleBreaker(), 0)));
      expect([...stored].sort()).toEqual([false, true]);
      expect(await one.read()).toEqual(sampleBreaker());
    });

    it('passes on what DynamoDB says', async () => {
      const store = dynamoBreakerStore(tables.client, 'no-such-table');
      expect(await rejectionOf(store.read())).toMatchObject({ name: 'ResourceNotFoundException' });
      expect(await rejectionOf(store.replace(sampleBreaker(), 0))).toMatchObject({ name: 'ResourceNotFoundException' });
    });
  });
}
