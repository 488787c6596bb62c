import { describe } from 'vitest';
import { dynamoRateSchedule } from '../../../src/shared/throttle/dynamo-rate-schedule.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { rateScheduleContract } from '../../support/rate-schedule-contract.ts';

describe('in memory', () => {
  rateScheduleContract(async (limits) => memoryRateSchedule(limits));
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'rate schedule', (tables) => {
    rateScheduleContract(async (limits) => {
      const table = await tables.newControl();
      return { driver: (clock) => dynamoRateSchedule(tables.client, table, limits, clock) };
    });
  });
}
