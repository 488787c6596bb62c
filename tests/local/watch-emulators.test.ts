import { describe, expect, it } from 'vitest';
import type { ProcessEnd } from '../../src/local/processes.ts';
import { watchEmulators } from '../../src/local/watch-emulators.ts';
import { rejectionOf } from '../support/caught.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8000'), { code: 'ECONNREFUSED' });
const killed: ProcessEnd = { code: 137, signal: null };
const sentence =
  /^the emulator has ended unexpectedly \(killed by signal 9\), and the stack was ended with it: start it again; /;

function watched() {
  const clock = virtualClock();
  const watch = watchEmulators(clock);
  const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
  watch.watch('the emulator', promise);
  return { watch, clock, end: () => resolve(killed) };
}

describe('emulators under watch', () => {
  it('end what waits for them at once, and what is begun afterwards', async () => {
    const { watch, end } = watched();
    const waiting = rejectionOf(watch.unlessDied(new Promise(() => undefined)));
    end();
    expect(await waiting).toMatchObject({ code: 'emulator_died', message: expect.stringMatching(sentence) });
    expect(await rejectionOf(watch.unlessDied(new Promise(() => undefined)))).toBe(watch.died.reason);
  });

  it.each([
    ['a broken connection', refused],
    ['one that is a cause', new Error('the table cannot be read', { cause: refused })],
    ['one that is told as text', new Error('Error: connect ECONNREFUSED 127.0.0.1:8000\n    at planner')],
  ])('are why, where news of the end come after %s', async (_what, error) => {
    const { watch, end } = watched();
    const explained = watch.explain(error);
    end();
    expect(await explained).toMatchObject({ code: 'emulator_died' });
  });

  it('are not why, where they go on', async () => {
    const { watch, clock } = watched();
    expect(await watch.explain(new TypeError('x'))).toEqual(new TypeError('x'));
    const explained = watch.explain(refused);
    await clock.advance(1_000);
    expect(await explained).toBe(refused);
  });

  it('may end once they are stopped', async () => {
    const { watch, end } = watched();
    watch.stop();
    end();
    await expect(watch.unlessDied(Promise.resolve(1))).resolves.toBe(1);
    expect(watch.died.aborted).toBe(false);
  });
});
