import { expect, it } from 'vitest';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** A driver, its reads of the item so far, and another driver. */
function twoDrivers() {
  const clock = virtualClock({ autoJump: true });
  const schedule = memoryRateSchedule(plainLimits);
  let reads = 0;
  const driver = schedule.driver(clock, (item) => ({
    ...item,
    read: () => {
      reads += 1;
      return item.read();
    },
  }));
  return { clock, schedule, driver, other: schedule.driver(clock), reads: () => reads };
}

it('slots are taken from what was read for a call up to 150 ms before', async () => {
  const { clock, driver, reads } = twoDrivers();
  await driver.read();
  await clock.sleep(150);
  await driver.take(1);
  expect(reads()).toBe(1);
  await clock.sleep(151);
  await driver.take(1);
  expect(reads()).toBe(2);
});

it('after a lost race slots are taken from what was read up to 20 ms before, for the next nineteen changes', async () => {
  const { clock, schedule, driver, other, reads } = twoDrivers();
  await driver.read();
  await other.take(1);
  await driver.take(1);
  expect([reads(), schedule.writes()]).toEqual([1, 3]);
  for (let change = 1; change <= 20; change += 1) {
    await clock.sleep(21);
    await driver.take(1);
  }
  expect(reads()).toBe(20);
});
