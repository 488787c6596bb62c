import { describe, expect, it } from 'vitest';
import { fitScreen, watchStatus } from '../../../src/cli/commands/status-command.ts';
import { describeStatus, type Status } from '../../../src/operator/status/describe-status.ts';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { idleRateState } from '../../../src/shared/throttle/rate-schedule.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const statusAt = (iso: string): Status =>
  describeStatus(
    { queues: undefined, breaker: undefined, rate: idleRateState, heads: [] },
    defaultSettings,
    Date.parse(iso),
  );

/** Watches through `looks`, one after the other, each a status or why it failed; returns what was painted. */
async function painted(looks: readonly (Status | Error)[]): Promise<{ pictures: string[]; opened: number }> {
  const clock = virtualClock({ autoJump: true });
  const pictures: string[] = [];
  const left = [...looks];
  let opened = 0;
  await watchStatus(
    {
      everyMs: 2_000,
      withPlace: async (act) => {
        opened += 1;
        await act(async () => {
          const next = left.shift();
          if (next instanceof Error || next === undefined) {
            throw next;
          }
          return next;
        });
      },
      paint: (text) => pictures.push(text),
      ended: () => left.length === 0,
    },
    clock,
    new AbortController().signal,
  );
  return { pictures, opened };
}

describe('status --watch', () => {
  const [first, second] = [statusAt('2026-11-25T02:00:00Z'), statusAt('2026-11-25T02:00:04Z')];

  it('outlives a failed look: says why, and keeps the last picture with its age', async () => {
    const { pictures, opened } = await painted([first, new Error('connect ECONNREFUSED 127.0.0.1:1'), second]);
    expect(pictures).toHaveLength(3);
    expect(pictures[1]).toBe(
      `could not look: connect ECONNREFUSED 127.0.0.1:1; next look in 2 s\nwhat follows is 2 s old\n${pictures[0]}`,
    );
    expect(pictures[2]).toContain('status at 2026-11-25T02:00:04.000Z');
    // The stack is looked for anew after a failure only.
    expect(opened).toBe(2);
  });

  it('outlives a stack that has ended, but not that there is none', async () => {
    const none = new UsageError('there are no tables to read');
    expect((await painted([first, none, second])).pictures).toHaveLength(3);
    await expect(painted([none, first])).rejects.toBe(none);
    expect((await painted([new Error('no answer'), first])).pictures[0]).toBe(
      'could not look: no answer; next look in 2 s',
    );
  });
});

describe('a picture on a screen', () => {
  const lines = ['one', 'two', 'three', 'four'];

  it('is whole where it fits', () => {
    expect(fitScreen(lines, 4, 80)).toEqual(lines);
  });

  it('says how many lines are missing where it does not', () => {
    expect(fitScreen(lines, 3, 80)).toEqual(['one', 'two', '… 2 more lines: a higher screen shows them']);
    expect(fitScreen(lines, 1, 10)).toEqual(['… 4 more…']);
  });

  it('counts a wrapped line as what it takes', () => {
    expect(fitScreen(['a long line', 'two', 'three'], 3, 6)).toEqual(['a long', 'line', '… 2 m…']);
  });
});
