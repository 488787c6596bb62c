import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rejectionOf } from '../support/caught.ts';
import { startHandler } from '../support/handler-file.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const handlerOf = (body: string) => `export const handler = async (event) => { ${body} };`;

describe('failures in the embedded runtime', () => {
  it('what the handler throws is what the invocation rejects with, and the thread lives on', async () => {
    const { invoke } = startHandler(`
      import { threadId } from 'node:worker_threads';
      ${handlerOf("if (event.fail) throw new RangeError('no such page'); return threadId;")}`);
    const thread = await invoke({});
    expect(await rejectionOf(invoke({ fail: true }))).toMatchObject({
      message: expect.stringMatching(/^RangeError: no such page\n/),
    });
    expect(await invoke({})).toBe(thread);
  });

  it('anything may be thrown', async () => {
    const { invoke } = startHandler(handlerOf("throw 'just a text';"));
    expect(await rejectionOf(invoke({}))).toEqual(new Error('just a text'));
  });

  it('an answer that cannot be handed over fails its invocation', async () => {
    const { invoke } = startHandler(handlerOf('return event.good ? 1 : () => 1;'));
    expect(await rejectionOf(invoke({}))).toBeInstanceOf(Error);
    expect(await invoke({ good: true })).toBe(1);
  });

  it('a module that cannot be loaded fails each invocation, and says why', async () => {
    const { invoke, line, lines } = startHandler("throw new Error('QUEUE_URL is missing'); export const handler = 1;");
    for (const _attempt of [1, 2]) {
      expect(await rejectionOf(invoke({}))).toMatchObject({ message: expect.stringContaining('QUEUE_URL is missing') });
    }
    expect(await line('QUEUE_URL is missing')).toMatch(/^tmdb-test: Error/);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('a warm thread that dies before its first invocation is not used', async () => {
    const { warm, invoke, line } = startHandler(`
      console.log('loaded');
      if (process.env.READY !== 'yes') setImmediate(() => process.exit(1));
      ${handlerOf('return 1;')}`);
    warm();
    await line('loaded');
    expect(await rejectionOf(invoke({}))).toEqual(new Error('tmdb-test: the execution environment ended'));
  });

  it('a handler that overruns its time is ended, and the next invocation gets a new thread', async () => {
    const clock = virtualClock();
    const { invoke, line, usage } = startHandler(
      `let calls = 0;
       ${handlerOf(`
         calls += 1;
         console.log('begun');
         if (event.how === 'busy') for (;;);
         if (event.how === 'waiting') await new Promise(() => {});
         return calls;`)}`,
      { clock, timeoutSeconds: 3 },
    );
    const asleep = invoke({ how: 'waiting' });
    const rejected = rejectionOf(asleep);
    await line('begun');
    await clock.advance(3_000);
    expect(await rejected).toEqual(new Error('tmdb-test: the execution environment ended'));
    await line('tmdb-test: task timed out after 3 seconds');
    expect(usage()).toEqual({ invocations: 1, billedMs: 3_000 });
    expect(await invoke({})).toBe(1);
    expect(await invoke({})).toBe(2);
  });

  it('a handler that never lets go is ended too', async () => {
    const clock = virtualClock();
    const { invoke } = startHandler(
      `import { writeFileSync } from 'node:fs'; ${handlerOf("writeFileSync(event.begun, ''); for (;;);")}`,
      { clock, timeoutSeconds: 1 },
    );
    const begun = join(testFolder(), 'begun');
    const rejected = rejectionOf(invoke({ begun }));
    await until('the handler has begun', () => existsSync(begun));
    await clock.advance(1_000);
    expect(await rejected).toBeInstanceOf(Error);
  });

  it('a handler that answers in the moment its time is up leaves no dead thread behind', async () => {
    const clock = virtualClock();
    const folder = testFolder();
    const [begun, over, answered] = ['begun', 'over', 'answered'].map((name) => join(folder, name));
    const { invoke } = startHandler(
      `import { existsSync, writeFileSync } from 'node:fs';
       ${handlerOf(`
         if (event.begun === undefined) return 'second';
         writeFileSync(event.begun, '');
         while (!existsSync(event.over));
         setTimeout(() => writeFileSync(event.answered, ''), 10);
         return 'first';`)}`,
      {
        clock,
        timeoutSeconds: 3,
        // Its time is up; this thread is held until the answer waits behind that.
        onOutput: () => {
          writeFileSync(over ?? '', '');
          while (!existsSync(answered ?? ''));
        },
      },
    );
    const first = invoke({ begun, over, answered });
    await until('the handler has begun', () => existsSync(begun ?? ''));
    await Promise.allSettled([first, clock.advance(3_000)]);
    let answer: unknown;
    void invoke({}).then((value) => {
      answer = value;
    });
    await until('the second invocation has an answer', () => answer === 'second', 1_000);
  });

  it('no time is up once the handler has answered', async () => {
    const clock = virtualClock();
    const { invoke, lines } = startHandler(`let calls = 0; ${handlerOf('calls += 1; return calls;')}`, { clock });
    expect(await invoke({})).toBe(1);
    expect(clock.sleeperCount()).toBe(0);
    await clock.advance(60_000);
    expect(await invoke({})).toBe(2);
    expect(lines).toEqual([]);
  });

  it('a rejection that nobody handles fails the invocation it comes in', async () => {
    const { invoke, line } = startHandler(
      handlerOf("if (event.good) return 1; void Promise.reject(new Error('forgotten')); await new Promise(() => {});"),
    );
    expect(await rejectionOf(invoke({}))).toEqual(new Error('forgotten'));
    await line('tmdb-test: Error: forgotten');
    expect(await invoke({ good: true })).toBe(1);
  });

  it('a handler that ends its process ends its invocation only', async () => {
    const { invoke } = startHandler(handlerOf('if (event.good) return 1; process.exit(0);'));
    expect(await rejectionOf(invoke({}))).toEqual(new Error('tmdb-test: the execution environment ended'));
    expect(await invoke({ good: true })).toBe(1);
  });

  it('a handler that takes more memory than it has is ended', async () => {
    const { invoke } = startHandler(
      handlerOf('if (event.good) return 1; const kept = []; for (;;) kept.push(new Array(10_000).fill({}));'),
      { memoryMb: 32 },
    );
    expect(await rejectionOf(invoke({}))).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect(await invoke({ good: true })).toBe(1);
  });
});
