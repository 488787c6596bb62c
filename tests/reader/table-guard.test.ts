import { describe, expect, it } from 'vitest';
import { tableGuard } from '../../src/reader/table-guard.ts';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { rejectionOf } from '../support/caught.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const timeoutMs = 500;
const restMs = 1_000;

function openGuard() {
  const clock = virtualClock();
  const guard = tableGuard(timeoutMs, restMs, clock);
  let tries = 0;
  const broken = new Error('ECONNREFUSED');
  const fail = () =>
    rejectionOf(
      guard.read(async () => {
        tries += 1;
        throw broken;
      }),
    );
  const succeed = () =>
    guard.read(async () => {
      tries += 1;
      return 'rows';
    });
  return { clock, guard, broken, fail, succeed, tries: () => tries };
}

describe('a read of the table', () => {
  it('gives what the table gives', async () => {
    const { guard, clock } = openGuard();
    for (const value of ['rows', undefined, null, 0]) {
      expect(await guard.read(async () => value)).toBe(value);
    }
    expect(guard.isFailing()).toBe(false);
    expect(clock.sleeperCount()).toBe(0);
  });

  it('that fails is unavailable, with its cause', async () => {
    const { guard, fail, broken, clock } = openGuard();
    const error = await fail();
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'table_unavailable', cause: broken });
    expect(guard.isFailing()).toBe(true);
    expect(clock.sleeperCount()).toBe(0);
  });

  it('that throws before it begins is unavailable too', async () => {
    const { guard, broken } = openGuard();
    const error = await rejectionOf(
      guard.read(() => {
        throw broken;
      }),
    );
    expect(error).toMatchObject({ code: 'table_unavailable', cause: broken });
  });

  it('may take as long as readers can bear, and no longer', async () => {
    const { guard, clock } = openGuard();
    const inTime = guard.read(() => clock.sleep(timeoutMs - 1).then(() => 'rows'));
    await clock.advance(timeoutMs - 1);
    expect(await inTime).toBe('rows');
    const late = rejectionOf(guard.read(() => clock.sleep(timeoutMs + 1).then(() => 'rows')));
    await clock.advance(timeoutMs);
    expect(await late).toMatchObject({ code: 'table_unavailable', message: expect.stringContaining('500 ms') });
    expect(guard.isFailing()).toBe(true);
  });

  it('that fails after its time was over bothers nobody', async () => {
    const { guard, clock, succeed } = openGuard();
    const late = rejectionOf(
      guard.read(() => clock.sleep(2 * timeoutMs).then(() => Promise.reject(new Error('late')))),
    );
    await clock.advance(3 * timeoutMs);
    expect(await late).toMatchObject({ code: 'table_unavailable' });
    expect(await succeed()).toBe('rows');
    expect(guard.isFailing()).toBe(false);
  });
});

describe('a table that fails three times in a row', () => {
  it('is left alone for a while: nothing is read, and everybody is told at once', async () => {
    const { clock, fail, succeed, tries } = openGuard();
    for (let n = 0; n < 3; n += 1) {
      await fail();
    }
    expect(await rejectionOf(succeed())).toMatchObject({ code: 'table_unavailable' });
    await clock.advance(restMs - 1);
    expect(await rejectionOf(succeed())).toMatchObject({ code: 'table_unavailable' });
    expect(tries()).toBe(3);
    await clock.advance(1);
    expect(await succeed()).toBe('rows');
  });

  it('is left alone again when the first read after that fails', async () => {
    const { clock, fail, succeed, tries } = openGuard();
    for (let n = 0; n < 3; n += 1) {
      await fail();
    }
    await clock.advance(restMs);
    await fail();
    expect(await rejectionOf(succeed())).toMatchObject({ code: 'table_unavailable' });
    expect(tries()).toBe(4);
  });

  it('counts time-outs as failures', async () => {
    const { guard, clock, succeed, tries } = openGuard();
    const hung = [1, 2, 3].map(() => rejectionOf(guard.read(() => new Promise(() => undefined))));
    await clock.advance(timeoutMs);
    await Promise.all(hung);
    expect(await rejectionOf(succeed())).toMatchObject({ code: 'table_unavailable' });
    expect(tries()).toBe(0);
  });

  it('rests by durations: a wall clock that jumps neither ends nor prolongs it', async () => {
    const { clock, fail, succeed } = openGuard();
    for (let n = 0; n < 3; n += 1) {
      await fail();
    }
    clock.jumpWallClock(86_400_000);
    expect(await rejectionOf(succeed())).toMatchObject({ code: 'table_unavailable' });
    clock.jumpWallClock(-2 * 86_400_000);
    await clock.advance(restMs);
    expect(await succeed()).toBe('rows');
  });
});

describe('a table that answers now and then', () => {
  it('is read on: only failures in a row count', async () => {
    const { fail, succeed, guard, tries } = openGuard();
    for (let round = 0; round < 5; round += 1) {
      await fail();
      await fail();
      expect(guard.isFailing()).toBe(true);
      expect(await succeed()).toBe('rows');
      expect(guard.isFailing()).toBe(false);
    }
    expect(tries()).toBe(15);
  });
});
