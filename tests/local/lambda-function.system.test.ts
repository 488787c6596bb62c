import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rejectionOf } from '../support/caught.ts';
import { startHandler } from '../support/handler-file.ts';
import { testFolder } from '../support/scratch-folder.ts';

const handlerOf = (body: string) => `export const handler = async (event, context) => { ${body} };`;

describe('function of the embedded runtime', () => {
  it('gets the event and answers', async () => {
    const { invoke } = startHandler(handlerOf('return { heard: event.word, at: event.at };'));
    expect(await invoke({ word: 'Grüße', at: null })).toEqual({ heard: 'Grüße', at: null });
  });

  it('sees its own variables and those of Lambda, and nothing of the process around it', async () => {
    process.env.SECRET_OF_THE_PARENT = 'unseen';
    onTestFinished(() => {
      delete process.env.SECRET_OF_THE_PARENT;
    });
    const { invoke } = startHandler(handlerOf('return { ...process.env };'), {
      name: 'tmdb-worker',
      memoryMb: 256,
      environment: { QUEUE_URL: 'http://127.0.0.1:1/q', AWS_REGION: 'eu-central-1' },
    });
    expect(await invoke({})).toEqual({
      QUEUE_URL: 'http://127.0.0.1:1/q',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'tmdb-worker',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      TZ: 'UTC',
    });
  });

  it('cannot change the variables of the process around it', async () => {
    const { invoke } = startHandler(handlerOf("process.env.LEAK = 'x'; return 1;"));
    await invoke({});
    expect(process.env.LEAK).toBeUndefined();
  });

  it('has its output read line by line, whatever pieces it is written in', async () => {
    const { invoke, line, lines } = startHandler(
      handlerOf(`
        console.log('one\\ntwo');
        process.stdout.write('thr');
        process.stdout.write('ee\\n');
        console.error('four');
        console.log('last');
      `),
    );
    await invoke({});
    await line('last');
    await line('four');
    expect(lines.filter((text) => text !== 'four')).toEqual(['one', 'two', 'three', 'last']);
  });

  it('is told who it is and how long it has left', async () => {
    const { invoke } = startHandler(
      handlerOf(`
        const first = context.getRemainingTimeInMillis();
        while (context.getRemainingTimeInMillis() > first - 20);
        const { functionName, awsRequestId, memoryLimitInMB, invokedFunctionArn, functionVersion } = context;
        return { first, then: context.getRemainingTimeInMillis(), functionName, awsRequestId, memoryLimitInMB,
          invokedFunctionArn, functionVersion };
      `),
      { timeoutSeconds: 25, memoryMb: 192, name: 'tmdb-writer' },
    );
    const told = (await invoke({})) as { first: number; then: number; awsRequestId: string };
    expect(told).toMatchObject({
      functionName: 'tmdb-writer',
      memoryLimitInMB: '192',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tmdb-writer',
    });
    expect(told.first).toBeGreaterThan(15_000);
    expect(told.first).toBeLessThanOrEqual(25_000);
    expect(told.then).toBeLessThanOrEqual(told.first - 20);
    const again = (await invoke({})) as typeof told;
    expect(again.awsRequestId).not.toBe(told.awsRequestId);
    expect(again.first).toBeGreaterThan(told.then);
  });

  it('stays warm: the next invocation finds the same module', async () => {
    const { invoke } = startHandler(`let calls = 0; ${handlerOf('calls += 1; return calls;')}`);
    expect([await invoke({}), await invoke({}), await invoke({})]).toEqual([1, 2, 3]);
  });

  it('has a thread for each of the invocations that overlap, and reuses them', async () => {
    const { invoke, line } = startHandler(`
      import { existsSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      import { threadId } from 'node:worker_threads';
      export const handler = async ({ name, gate }) => {
        console.log(name + ' has begun');
        while (!existsSync(gate)) await setTimeout(5);
        return threadId;
      };`);
    const gate = join(testFolder(), 'open');
    const both = [invoke({ name: 'a', gate }), invoke({ name: 'b', gate })];
    await Promise.all([line('a has begun'), line('b has begun')]);
    writeFileSync(gate, '');
    const threads = await Promise.all(both);
    expect(new Set(threads).size).toBe(2);
    const later = await Promise.all([invoke({ name: 'c', gate }), invoke({ name: 'd', gate })]);
    expect(new Set(later)).toEqual(new Set(threads));
  });

  it('is loaded ahead of its first invocation when it is warmed', async () => {
    const { warm, invoke, line, usage, lines } = startHandler(`console.log('loaded'); ${handlerOf('return 7;')}`);
    warm();
    await line('loaded');
    expect(usage()).toEqual({ invocations: 0, billedMs: 0 });
    expect(await invoke({})).toBe(7);
    expect(lines).toEqual(['loaded']);
  });

  it('counts its invocations and the time they took, failed ones too', async () => {
    const { invoke, usage } = startHandler(
      handlerOf(`
        const until = performance.now() + 30;
        while (performance.now() < until);
        if (event.fail) throw new Error('failed');
      `),
    );
    await invoke({});
    const first = usage();
    expect(first.invocations).toBe(1);
    expect(first.billedMs).toBeGreaterThanOrEqual(30);
    await rejectionOf(invoke({ fail: true }));
    expect(usage().invocations).toBe(2);
    expect(usage().billedMs).toBeGreaterThanOrEqual(first.billedMs + 30);
  });

  it('ends with all its threads when it is stopped', async () => {
    const { invoke, stop, line } = startHandler(handlerOf("console.log('begun'); await new Promise(() => {});"));
    const open = rejectionOf(invoke({}));
    await line('begun');
    await stop();
    expect(await open).toEqual(new Error('tmdb-test: the execution environment ended'));
  });
});
