import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callGate, type Entry } from '../../../src/shared/throttle/call-gate.ts';
import { nextSlotMs } from '../../../src/shared/throttle/rate-schedule.ts';
import { rejectionOf } from '../../support/caught.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { mostWithin, smallestGap } from '../../support/most-within.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { admitted, recordingBreaker, refusing } from '../../support/recording-breaker.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const plenty = () => 50_000;

/** A gate over an idle timeline of ten slots a second. */
function openGate(breaker = recordingBreaker(), mostCalls = 100, limits = plainLimits) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(limits);
  const schedule = timeline.driver(clock);
  const gate = callGate({ schedule, breaker, clock, mostCalls });
  return { clock, timeline, schedule, gate, breaker };
}

/** Enters `jobs` times at once; what each was told, and when. Each call takes `callMs`. */
async function enterAll({ gate, clock }: ReturnType<typeof openGate>, jobs: number, leftMs = plenty, callMs = 0) {
  const told: { entry: Entry; atMs: number }[] = [];
  const enter = async () => {
    const entry = await gate.enter(leftMs);
    told.push({ entry, atMs: Math.round(clock.monotonicMs()) });
    if (entry.kind === 'go') {
      await clock.sleep(callMs);
      entry.leave();
    }
  };
  await Promise.all(Array.from({ length: jobs }, enter));
  return told;
}

describe('a batch at the gate', () => {
  it('takes its slots in one go, and each job goes at its own', async () => {
    const opened = openGate();
    const told = await enterAll(opened, 4);
    expect(opened.timeline.takes).toEqual([4]);
    expect(opened.timeline.writes()).toBe(1);
    expect(told.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 300]);
    expect(told.map(({ entry }) => entry.kind === 'go' && Math.round(entry.waitedMs))).toEqual([0, 100, 200, 300]);
    expect(told.map(({ entry }) => entry.kind === 'go' && entry.admission)).toEqual(new Array(4).fill(admitted));
  });

  it('waits behind the slots of other workers', async () => {
    const opened = openGate();
    await opened.schedule.take(7);
    expect((await enterAll(opened, 2)).map(({ atMs }) => atMs)).toEqual([700, 800]);
  });

  it('takes the slots of retries that come together with one write, too', async () => {
    const opened = openGate();
    await enterAll(opened, 2);
    expect((await enterAll(opened, 2)).map(({ atMs }) => atMs)).toEqual([200, 300]);
    expect(opened.timeline.takes).toEqual([2, 2]);
  });

  it('goes by the slot it took, whatever happens to the wall clock meanwhile', async () => {
    const opened = openGate();
    await opened.schedule.take(10);
    const told = enterAll(opened, 3);
    opened.clock.sleep(500).then(() => opened.clock.jumpWallClock(-7_200_000));
    opened.clock.sleep(1_050).then(() => opened.clock.jumpWallClock(9_000_000));
    expect((await told).map(({ atMs }) => atMs)).toEqual([1_000, 1_100, 1_200]);
  });

  it('is given the slot that it uses: with that, its answer is evidence', async () => {
    const { gate, clock } = openGate();
    const entry = await gate.enter(plenty);
    expect(entry).toMatchObject({ kind: 'go', slot: { atMs: clock.nowMs(), ratePerSecond: 10 } });
  });

  it('says so when the schedule cannot be asked', async () => {
    const { clock, breaker, schedule } = openGate();
    const away = new Error('the table is away');
    const broken = async () => Promise.reject(away);
    const gateOn = (over: Partial<typeof schedule>) =>
      callGate({ schedule: { ...schedule, ...over }, breaker, clock, mostCalls: 2 });
    for (const over of [{ take: broken }, { read: broken }, { take: broken, read: broken }]) {
      const gate = gateOn(over);
      expect(await Promise.all([rejectionOf(gate.enter(plenty)), rejectionOf(gate.enter(plenty))])).toEqual([
        away,
        away,
      ]);
    }
  });

  it('has every connection free again when a read fails just before the slot', async () => {
    const { clock, breaker, schedule } = openGate();
    await schedule.take(3);
    let reads = 0;
    const read = async () => {
      reads += 1;
      return reads === 2 ? Promise.reject(new Error('the table is away')) : schedule.read();
    };
    const gate = callGate({ schedule: { ...schedule, read }, breaker, clock, mostCalls: 1 });
    expect(await rejectionOf(gate.enter(plenty))).toMatchObject({ message: 'the table is away' });
    expect(await gate.enter(plenty)).toMatchObject({ kind: 'go' });
  });
});

describe('the calls under way', () => {
  it('are at most as many as configured: the next one waits until one has ended', async () => {
    const opened = openGate(recordingBreaker(), 2);
    // Each call takes 130 ms and slots are 100 ms apart, so two suffice.
    const told = await enterAll(opened, 6, plenty, 130);
    expect(told.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 300, 400, 500]);
    const { gate, clock } = openGate(recordingBreaker(), 1);
    const entry = await gate.enter(plenty);
    const next = gate.enter(plenty);
    await clock.sleep(150);
    if (entry.kind === 'go') {
      entry.leave();
    }
    // Its slot is at 100 ms, and may be used 100 ms late.
    expect(await next).toMatchObject({ kind: 'go', waitedMs: 150 });
  });

  it('cost no slot: whose slot passes meanwhile takes another one', async () => {
    const opened = openGate(recordingBreaker(), 1);
    const told = await enterAll(opened, 3, plenty, 250);
    expect(told).toHaveLength(3);
    const startsMs = told.map(({ atMs }) => atMs);
    expect(smallestGap(startsMs)).toBeGreaterThanOrEqual(250);
    expect(opened.timeline.takes.length).toBeGreaterThan(1);
  });

  it('are expected to last as long as calls did: what void slots were held for does not count', async () => {
    const { clock, timeline, schedule, breaker } = openGate();
    let reads = 0;
    const read = async () => {
      reads += 1;
      const state = await schedule.read();
      return reads <= 20 ? { ...state, alarmAtMs: reads } : state;
    };
    const gate = callGate({ schedule: { ...schedule, read }, breaker, clock, mostCalls: 1 });
    const first = await gate.enter(plenty);
    expect(timeline.takes.length).toBeGreaterThan(15);
    await clock.sleep(200);
    expect(first.kind === 'go' && first.leave()).toBeUndefined();
    const before = timeline.takes.length;
    await enterAll({ clock, timeline, schedule, breaker, gate }, 20);
    // Ten slots last 1 s at this rate; one connection carries five calls of 200 ms in that time and 150 ms, and one at once.
    expect(timeline.takes[before]).toBe(1 + 5);
  });

  it('are never more than configured, however long each takes', async () => {
    const anyCalls = fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(anyCalls, fc.integer({ min: 1, max: 5 }), async (callsMs, mostCalls) => {
        const { gate, clock } = openGate(recordingBreaker(), mostCalls);
        let underWay = 0;
        let most = 0;
        const call = async (callMs: number) => {
          const entry = await gate.enter(() => Number.POSITIVE_INFINITY);
          underWay += 1;
          most = Math.max(most, underWay);
          await clock.sleep(callMs);
          underWay -= 1;
          expect(entry.kind === 'go' && entry.leave()).toBeUndefined();
        };
        await Promise.all(callsMs.map(call));
        expect(most).toBeLessThanOrEqual(mostCalls);
      }),
      { numRuns: 30 },
    );
  });
});

describe('looks at breaker and schedule', () => {
  /** A gate whose reads of the schedule are counted, and whose breaker is asked `asked` times. */
  const counted = (breaker = recordingBreaker(), requestsPerSecond = 10) => {
    const opened = openGate(breaker, 100, { ...plainLimits, requestsPerSecond, limitPerSecond: 50 });
    const reads = { count: 0 };
    const read = () => {
      reads.count += 1;
      return opened.schedule.read();
    };
    const { clock } = opened;
    const gate = callGate({ schedule: { ...opened.schedule, read }, breaker, clock, mostCalls: 100 });
    return { ...opened, gate, reads };
  };

  it('are shared by calls that follow one another within 140 ms', async () => {
    const opened = counted(recordingBreaker(), 40);
    await enterAll(opened, 8);
    // At once, which those up to 150 ms share, and for the slot of 175 ms.
    expect([opened.reads.count, opened.breaker.asked()]).toEqual([2, 2]);
  });

  it('are not shared after 140 ms', async () => {
    const { gate, clock, reads } = counted();
    await gate.enter(plenty);
    await clock.sleep(140);
    await gate.enter(() => 0);
    const before = reads.count;
    await clock.sleep(141);
    await gate.enter(plenty);
    expect(reads.count).toBeGreaterThan(before);
  });

  it('share no trial: it is for one call alone, and the others are refused', async () => {
    const trial = { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER } as const;
    const opened = counted(recordingBreaker(trial, refusing()));
    const kinds = (await enterAll(opened, 5)).map(({ entry }) => entry.kind);
    expect(kinds.filter((kind) => kind === 'go')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(4);
  });

  it('share no failure: the next call reads again', async () => {
    const { clock, breaker, schedule } = openGate();
    let reads = 0;
    const read = async () => {
      reads += 1;
      return reads === 1 ? Promise.reject(new Error('the table is away')) : schedule.read();
    };
    const gate = callGate({ schedule: { ...schedule, read }, breaker, clock, mostCalls: 2 });
    await rejectionOf(gate.enter(plenty));
    expect(await gate.enter(plenty)).toMatchObject({ kind: 'go' });
  });

  it('of the call that checks a token ask in place of the breaker', async () => {
    const { gate, breaker, clock } = openGate(recordingBreaker(refusing()));
    let asked = 0;
    const admit = async () => {
      asked += 1;
      return admitted;
    };
    expect(await gate.enter(plenty, admit)).toMatchObject({ kind: 'go', admission: admitted });
    expect([asked, breaker.asked()]).toEqual([1, 0]);
    await clock.sleep(100);
    expect(await gate.enter(plenty)).toMatchObject({ kind: 'refused', code: 'breaker_open' });
  });

  it('of the call that checks a token come before those of the jobs that wait', async () => {
    const opened = openGate();
    const { gate, clock } = opened;
    const batch = enterAll(opened, 30);
    await clock.sleep(500);
    expect(await gate.enter(plenty, async () => admitted)).toMatchObject({ kind: 'go', waitedMs: 500 });
    expect((await batch).map(({ atMs }) => atMs)).not.toContain(1_000);
  });
});

describe('a slow control table', () => {
  /** A gate over a table whose calls take so long. At 10 of 11 calls a second a slot may be used 50 ms late. */
  function openSlow(readMs: number, writeMs: number) {
    const clock = virtualClock({ autoJump: true });
    const timeline = memoryRateSchedule({ ...plainLimits, limitPerSecond: 11 }, async (name, act) => {
      const halfMs = (name === 'readSchedule' ? readMs : writeMs) / 2;
      await clock.sleep(halfMs);
      const answer = act();
      await clock.sleep(halfMs);
      return answer;
    });
    const schedule = timeline.driver(clock);
    const breaker = recordingBreaker();
    return { clock, timeline, schedule, breaker, gate: callGate({ schedule, breaker, clock, mostCalls: 100 }) };
  }
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

  it.each([
    [60, 5],
    [120, 5],
    [240, 5],
    [60, 60],
    [120, 120],
    [240, 240],
  ])(
    'whose reads take %i ms and whose writes %i ms leaves more than nine tenths of the rate, and loses hardly a slot',
    async (readMs, writeMs) => {
      const opened = openSlow(readMs, writeMs);
      const startsMs = (await enterAll(opened, 60)).map(({ atMs }) => atMs);
      // At first nobody knows how slow the table is.
      const steady = startsMs.slice(10, 50);
      expect((steady.at(-1) ?? 0) - (steady[0] ?? 0)).toBeLessThanOrEqual(1.08 * 39 * 100);
      expect(sum(opened.timeline.takes)).toBeLessThanOrEqual(60 + 5);
      expect(mostWithin(1_000, startsMs)).toBeLessThanOrEqual(11);
    },
  );

  it('lets a single job go with its second slot at the latest', async () => {
    const opened = openSlow(240, 240);
    for (let n = 1; n <= 3; n += 1) {
      const before = opened.timeline.writes();
      expect(await opened.gate.enter(() => 5_000)).toMatchObject({ kind: 'go' });
      expect(opened.timeline.writes() - before).toBeLessThanOrEqual(n === 1 ? 2 : 1);
      await opened.clock.sleep(3_000);
    }
  });
});

describe('the breaker', () => {
  it('is asked before a slot is taken; open, it costs none', async () => {
    const opened = openGate(recordingBreaker(refusing(12_345)));
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
    const { gate } = openGate(recordingBreaker(answer));
    expect(await gate.enter(plenty)).toEqual({
      kind: 'refused',
      code: 'breaker_open',
      detail: `the breaker is open (${answer.reason}): ${answer.detail}`,
      retryInMs: 60_000,
    });
  });

  it('is asked again just before the slot: opened meanwhile, no call is made', async () => {
    const opened = openGate(recordingBreaker(admitted, refusing()));
    await opened.schedule.take(30);
    const told = await enterAll(opened, 1);
    expect(told).toMatchObject([{ entry: { kind: 'refused', code: 'breaker_open' }, atMs: 2_975 }]);
    expect(opened.breaker.asked()).toBe(2);
  });

  it('is not asked a second time for a slot that is now', async () => {
    const opened = openGate();
    await enterAll(opened, 1);
    expect(opened.breaker.asked()).toBe(1);
  });

  it('gives its trial once: who has it is not asked again, however long the slot is away', async () => {
    const opened = openGate(
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
    const opened = openGate();
    await opened.schedule.take(10);
    expect(await enterAll(opened, 1, () => leftMs)).toMatchObject([{ entry: { kind }, atMs }]);
  });

  it('is not enough: the job is told when the next slot comes, and no slot is taken for it', async () => {
    const opened = openGate();
    await opened.schedule.take(300);
    const told = await enterAll(opened, 4, () => 20_000);
    const entry = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time', retryInMs: 30_000 };
    expect(told).toEqual(new Array(4).fill({ entry, atMs: 0 }));
    const nowMs = opened.clock.nowMs();
    expect(nextSlotMs(opened.timeline.state(), nowMs) - nowMs).toBe(30_000);
  });

  it('is told as a minute at most', async () => {
    const opened = openGate();
    await opened.schedule.take(1_000);
    expect(await opened.gate.enter(plenty)).toMatchObject({ code: 'no_slot', retryInMs: 60_000 });
  });

  it('is told as a third of a minute where the timeline ends further ahead than anything waits: a clock was wrong', async () => {
    const opened = openGate();
    await opened.schedule.take(10_000);
    expect(await opened.gate.enter(plenty)).toMatchObject({
      code: 'no_slot',
      retryInMs: 20_000,
      isDoubted: true,
    });
  });

  it('lets those of a batch go whose slots come in time', async () => {
    const opened = openGate();
    await opened.schedule.take(10);
    const told = await enterAll(opened, 8, () => 1_250 - opened.clock.monotonicMs());
    expect(told.filter(({ entry }) => entry.kind === 'go').map(({ atMs }) => atMs)).toEqual([1_000, 1_100, 1_200]);
    expect(told.filter(({ entry }) => entry.kind === 'refused')).toHaveLength(5);
  });
});
