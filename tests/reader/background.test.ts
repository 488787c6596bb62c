import { describe, expect, it } from 'vitest';
import { background } from '../../src/reader/background.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { eventLoopTurn, virtualClock } from '../support/virtual-clock.ts';

describe('work behind an answer', () => {
  it('is under way at once, and nobody waits for it', async () => {
    const clock = virtualClock();
    const work = background(recordingTelemetry());
    const done: string[] = [];
    work.run('sending', async () => {
      done.push('begun');
      await clock.sleep(1_000);
      done.push('ended');
    });
    expect(done).toEqual(['begun']);
    await clock.advance(1_000);
    expect(done).toEqual(['begun', 'ended']);
  });

  it('is settled when nothing is under way, also what was begun meanwhile', async () => {
    const clock = virtualClock();
    const work = background(recordingTelemetry());
    const done: string[] = [];
    const step = (name: string, then?: () => void) => async () => {
      await clock.sleep(1_000);
      done.push(name);
      then?.();
    };
    work.run(
      'first',
      step('first', () => work.run('second', step('second'))),
    );
    let settled = false;
    const waiting = work.settled().then(() => {
      settled = true;
    });
    await clock.advance(1_500);
    expect([done, settled]).toEqual([['first'], false]);
    await clock.advance(1_000);
    await waiting;
    expect(done).toEqual(['first', 'second']);
  });

  it('that does not exist is settled at once', async () => {
    await background(recordingTelemetry()).settled();
  });

  it('that fails is a warning, and settled; the rest goes on', async () => {
    const telemetry = recordingTelemetry();
    const work = background(telemetry);
    let rest = false;
    work.run('asking for popular', async () => Promise.reject(new Error('the queue is full')));
    work.run('the rest', async () => {
      await eventLoopTurn();
      rest = true;
    });
    await work.settled();
    expect(rest).toBe(true);
    expect(telemetry.warnings).toEqual([
      { message: 'asking for popular failed', facts: { detail: 'the queue is full' } },
    ]);
  });
});
