import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/shared/core/clock.ts';
import { callGate, type Entry } from '../../../src/shared/throttle/call-gate.ts';
import { rejectionOf } from '../../support/caught.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { admitted, recordingBreaker, refusing } from '../../support/recording-breaker.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const plenty = () => 50_000;

/** A gate over an idle timeline of ten slots a second. */
function openGate(jobs: number, breaker = recordingBreaker(), seenBy: (clock: Clock) => Clock = (clock) => clock) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(plainLimits);
  const schedule = timeline.driver(clock);
  const gate = callGate(jobs, { schedule, breaker, clock: seenBy(clock), slotToleranceMs: 100 });
  return { clock, timeline, schedule, gate, breaker };
}

/** Enters `jobs` times at once; what each was told, and when. */
async function enterAll({ gate, clock }: ReturnType<typeof openGate>, jobs: number, leftMs = plenty) {
  const told: { entry: Entry; atMs: number }[] = [];
  const enter = async () => {
    const entry = await gate.enter(leftMs);
    told.push({ entry, atMs: Math.round(clock.monotonicMs()) });
  };
  await Promise.all(Array.from({ length: jobs }, enter));
  return told;
}

describe('a batch at the gate', () => {
  it('takes its slots in one go, and each job goes at its own', async () => {
    const opened = openGate(4);
    const told = await enterAll(opened, 4);
    expect(opened.timeline.takes).toEqual([4]);
    expect(told.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 300]);
    expect(told.map(({ entry }) => entry.kind === 'go' && Math.round(entry.waitedMs))).toEqual([0, 100, 200, 300]);
    expect(told.map(({ entry }) => entry.kind === 'go' && entry.admission)).toEqual(new Array(4).fill(admitted));
  });

  it('waits behind the slots of other workers', async () => {
    const opened = openGate(2);
    await opened.schedule.take(7);
    expect((await enterAll(opened, 2)).map(({ atMs }) => atMs)).toEqual([700, 800]);
  });

  it('takes one slot more for each call beyond the first of each job', async () => {
    const opened = openGate(2);
    await enterAll(opened, 2);
    expect((await enterAll(opened, 2)).map(({ atMs }) => atMs)).toEqual([200, 300]);
    expect(opened.timeline.takes).toEqual([2, 1, 1]);
  });

  it('goes by the slot it took, whatever happens to the wall clock meanwhile', async () => {
    const opened = openGate(3);
    await opened.schedule.take(10);
    const told = enterAll(opened, 3);
    opened.clock.sleep(500).then(() => opened.clock.jumpWallClock(-7_200_000));
    opened.clock.sleep(1_050).then(() => opened.clock.jumpWallClock(9_000_000));
    expect((await told).map(({ atMs }) => atMs)).toEqual([1_000, 1_100, 1_200]);
  });

  it('says so when the schedule cannot be asked', async () => {
    const { clock, breaker } = openGate(1);
    const away = new Error('the table is away');
    const schedule = { take: async () => Promise.reject(away), read: async () => Promise.reject(away) };
    const gate = callGate(2, {
      schedule: { ...schedule, slowDown: async () => undefined, forgetThrottles: async () => undefined },
      breaker,
      clock,
      slotToleranceMs: 100,
    });
    expect(await Promise.all([rejectionOf(gate.enter(plenty)), rejectionOf(gate.enter(plenty))])).toEqual([away, away]);
  });
});

describe('the breaker', () => {
  it('is asked before a slot is taken; open, it costs none', async () => {
    const opened = openGate(3, recordingBreaker(refusing(12_345)));
    const told = await enterAll(opened, 3);
    const entry = {
      kind: 'refused',
      code: 'breaker_open',
      detail: 'the breaker is open (failures): HTTP 503',
      retryInMs: 12_345,
    };
    expect(told).toEqual(new Array(3).fill({ entry, atMs: 0 }));
    expect(opened.timeline.takes).toEqual([]);
  });

  it.each([
    [{ kind: 'refused', reason: 'token-rejected', detail: 'HTTP 401: Invalid API key', retryInMs: 900_000 }],
    [{ kind: 'refused', reason: 'by-hand', detail: 'ops: maintenance', retryInMs: 8.64e15 }],
  ] as const)('is asked again within a minute, however long it stays open: %o', async (answer) => {
    const { gate } = openGate(1, recordingBreaker(answer));
    expect(await gate.enter(plenty)).toEqual({
      kind: 'refused',
      code: 'breaker_open',
      detail: `the breaker is open (${answer.reason}): ${answer.detail}`,
      retryInMs: 60_000,
    });
  });

  it('is asked again just before the slot: opened meanwhile, no call is made', async () => {
    const opened = openGate(2, recordingBreaker(admitted, refusing()));
    await opened.schedule.take(30);
    const told = await enterAll(opened, 1);
    expect(told).toMatchObject([{ entry: { kind: 'refused', code: 'breaker_open' }, atMs: 2_975 }]);
    expect(opened.breaker.asked()).toBe(2);
  });

  it('is not asked a second time for a slot that is now', async () => {
    const opened = openGate(1);
    await enterAll(opened, 1);
    expect(opened.breaker.asked()).toBe(1);
  });

  it('gives its trial once: who has it is not asked again, however long the slot is away', async () => {
    const opened = openGate(
      1,
      recordingBreaker({ kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER }, refusing()),
    );
    await opened.schedule.take(30);
    expect(await enterAll(opened, 1)).toMatchObject([
      { entry: { kind: 'go', admission: { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER } } },
    ]);
    expect(opened.breaker.asked()).toBe(1);
  });
});

describe('the time that is left', () => {
  it.each([
    [1_000, 'go', 1_000],
    [999, 'refused', 0],
    [0, 'refused', 0],
    [-1, 'refused', 0],
  ])('of %i ms with a slot a second away: %s', async (leftMs, kind, atMs) => {
    const opened = openGate(1);
    await opened.schedule.take(10);
    expect(await enterAll(opened, 1, () => leftMs)).toMatchObject([{ entry: { kind }, atMs }]);
  });

  it('is not enough: the job is told when the next slot comes, and no slot is taken for it', async () => {
    const opened = openGate(4);
    await opened.schedule.take(300);
    const told = await enterAll(opened, 4, () => 20_000);
    const entry = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time', retryInMs: 30_000 };
    expect(told).toEqual(new Array(4).fill({ entry, atMs: 0 }));
    expect(opened.timeline.state().nextSlotMs - opened.clock.nowMs()).toBe(30_000);
  });

  it('is told as a minute at most', async () => {
    const opened = openGate(1);
    await opened.schedule.take(1_000);
    expect(await opened.gate.enter(plenty)).toMatchObject({ code: 'no_slot', retryInMs: 60_000 });
  });

  it('is told as a third of a minute where the timeline ends further ahead than anything waits: a clock was wrong', async () => {
    const opened = openGate(1);
    await opened.schedule.take(10_000);
    expect(await opened.gate.enter(plenty)).toMatchObject({
      code: 'no_slot',
      retryInMs: 20_000,
      isDoubted: true,
    });
  });

  it('lets those of a batch go whose slots come in time', async () => {
    const opened = openGate(8);
    await opened.schedule.take(10);
    const told = await enterAll(opened, 8, () => 1_250 - opened.clock.monotonicMs());
    expect(told.filter(({ entry }) => entry.kind === 'go').map(({ atMs }) => atMs)).toEqual([1_000, 1_100, 1_200]);
    expect(told.filter(({ entry }) => entry.kind === 'refused')).toHaveLength(5);
  });
});
