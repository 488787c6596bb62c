import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoDemandDays } from '../../../src/shared/tables/dynamo-demand-days.ts';
import { demandDaysContract, sampleDay } from '../../support/demand-days-contract.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { memoryDemandDays } from '../../support/memory-demand-days.ts';

const id = 'demand#2026-11-22';

describe('in memory', () => {
  demandDaysContract(async () => memoryDemandDays());
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'days of demand', (tables) => {
    demandDaysContract(async () => dynamoDemandDays(tables.client, await tables.newControl()));

    it('expire with the table’s TTL, in seconds', async () => {
      const table = await tables.newControl();
      await dynamoDemandDays(tables.client, table).put(id, sampleDay('a'), Date.UTC(2026, 11, 24) + 999);
      expect(await tables.scan(table)).toEqual([{ id, ...sampleDay('a'), expiration: Date.UTC(2026, 11, 24) / 1_000 }]);
    });

    it.each([
      ['no feeds', {}],
      ['23 hours', { feeds: { a: { reads: Array.from({ length: 23 }, () => 1), deep: 0 } } }],
      ['a text for a count', { feeds: { a: { reads: Array.from({ length: 24 }, () => 'one'), deep: 0 } } }],
      ['less than no reads', { feeds: { a: { reads: Array.from({ length: 24 }, () => -1), deep: 0 } } }],
    ])('count as absent when they hold %s', async (_, damaged) => {
      const table = await tables.newControl();
      await tables.client.send(new PutCommand({ TableName: table, Item: { id, ...damaged } }));
      expect(await dynamoDemandDays(tables.client, table).read([id])).toEqual(new Map());
    });
  });
}
