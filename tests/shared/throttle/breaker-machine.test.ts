import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakerMachine, openedMachine, type Transition } from '../../../src/shared/throttle/breaker-machine.ts';
import { plainBreaker } from '../../support/breaker-world.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** After which call (from 1) a new machine opens; 0 when it stays closed. */
async function opensAt(outcomes: readonly boolean[]): Promise<number> {
  const machine = breakerMachine(plainBreaker);
  for (const [index, succeeded] of outcomes.entries()) {
    if ((await machine.count(succeeded)).open) {
      return index + 1;
    }
  }
  return 0;
}

/** `.` is a call that succeeded, `x` one that failed. */
const script = (text: string) => [...text].map((mark) => mark === '.');

describe('a closed breaker', () => {
  it.each([
    ['xxxxxxx', 0],
    ['xxxxxxxx', 8],
    ['..xxxxxx', 8],
    ['...xxxxx', 0],
    ['...xxxxxxx', 0],
    ['...xxxxxxxx', 11],
    ['....................xxxxxxxxxxxxxx', 0],
    ['....................xxxxxxxxxxxxxxx', 35],
    ['.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x', 0],
    ['........................................', 0],
  ])('after %s opens at call %i', async (text, at) => {
    expect(await opensAt(script(text))).toBe(at);
  });

  it('opens at a failure with which more than seven tenths of the last twenty calls failed, of eight at least', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (outcomes) => {
        const expected = outcomes.findIndex((last, index) => {
          const looked = outcomes.slice(Math.max(0, index - 19), index + 1);
          return (
            !last && looked.length >= 8 && looked.filter((succeeded) => !succeeded).length * 10 > looked.length * 7
          );
        });
        expect(await opensAt(outcomes)).toBe(expected + 1);
      }),
    );
  });

  it.each([
    [0.2, 0.005],
    [0.3, 0.05],
  ])(
    'that sees a share of %d of its calls fail at random opens in at most %d of the runs of 500 calls',
    async (share, most) => {
      const runs = 200;
      let opened = 0;
      for (let seed = 1; seed <= runs; seed += 1) {
        const random = seededRandom(seed * 7_919);
        opened += (await opensAt(Array.from({ length: 500 }, () => random.next() >= share))) > 0 ? 1 : 0;
      }
      expect(opened / runs, `opened in ${opened} of ${runs} runs`).toBeLessThanOrEqual(most);
    },
  );

  it('takes calls that end at the same moment', async () => {
    const machine = breakerMachine(plainBreaker);
    const transitions = await Promise.all(Array.from({ length: 24 }, () => machine.count(false)));
    // The eighth opens it; it counts anew from there.
    expect(transitions.map(({ open }, index) => (open ? index + 1 : 0)).filter((n) => n > 0)).toEqual([8, 16, 24]);
    expect((await machine.count(true)).open).toBe(false);
  });

  it('has forgotten everything after a reset', async () => {
    const machine = breakerMachine(plainBreaker);
    for (let n = 0; n < 7; n += 1) {
      await machine.count(false);
    }
    machine.reset();
    expect((await machine.count(false)).open).toBe(false);
  });
});

describe('an open breaker', () => {
  const opened = async () => {
    const machine = breakerMachine(plainBreaker);
    for (let n = 0; n < 7; n += 1) {
      await machine.count(false);
    }
    const last = await machine.count(false);
    if (!last.open) {
      throw new Error('the breaker has not opened');
    }
    return last;
  };

  it('is open for the first time that is configured', async () => {
    expect(await opened()).toMatchObject({ open: true, openForMs: 15_000 });
  });

  it('stays open twice as long after each trial that fails, up to the cap, in whichever worker', async () => {
    let last: Transition = await opened();
    const openForMs = [];
    for (let n = 0; n < 6; n += 1) {
      last = await breakerMachine(plainBreaker).trial(last.machine, false);
      expect(last.open).toBe(true);
      openForMs.push(last.openForMs);
    }
    expect(openForMs).toEqual([30_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('closes with one trial that succeeds, and starts over with the shortest opening', async () => {
    const machine = breakerMachine(plainBreaker);
    const failed = await machine.trial((await opened()).machine, false);
    expect(await machine.trial(failed.machine, true)).toMatchObject({ open: false, openForMs: 0 });
    for (let n = 0; n < 7; n += 1) {
      await machine.count(false);
    }
    expect(await machine.count(false)).toMatchObject({ open: true, openForMs: 15_000 });
  });

  it('that was opened without a call behaves like one that was', async () => {
    const machine = breakerMachine(plainBreaker);
    expect(await machine.trial(openedMachine(plainBreaker), true)).toMatchObject({ open: false });
    expect(await machine.trial(openedMachine(plainBreaker), false)).toMatchObject({ open: true, openForMs: 30_000 });
  });

  it('takes the trial’s outcome from a worker whose clock is behind the one that opened', async () => {
    const state = JSON.parse((await opened()).machine) as { ownState: { openedAt: number } };
    state.ownState.openedAt += 3_600_000;
    expect(await breakerMachine(plainBreaker).trial(JSON.stringify(state), true)).toMatchObject({ open: false });
  });
});

describe('a state that the table has damaged', () => {
  it.each([
    '',
    'no JSON',
    'null',
    '{}',
    '[]',
    '{"ownState":{"value":7}}',
    '{"ownState":{"value":1,"openedAt":0},"breakerState":5}',
  ])('%j keeps no trial from closing the breaker, or opening it for longer', async (machine) => {
    expect(await breakerMachine(plainBreaker).trial(machine, true)).toMatchObject({ open: false, openForMs: 0 });
    const failed = await breakerMachine(plainBreaker).trial(machine, false);
    expect(failed).toMatchObject({ open: true, openForMs: expect.any(Number) });
    expect(failed.openForMs).toBeGreaterThan(0);
  });
});
