import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchMessage, BatchSender } from '../../src/shared/queues/message-sender.ts';
import { gatheredSends } from '../../src/worker/gathered-sends.ts';
import { rejectionOf } from '../support/caught.ts';
import { type RecordingQueue, recordingQueue } from '../support/recording-queue.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';

const minute = () => 60_000;
const full = new Error('the queue is full');

/** Lets all continuations run that need no time. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** `jobs` jobs that send to one queue. */
function gathering(jobs: number, { spareMs = minute, queue = recordingQueue() as BatchSender } = {}) {
  const clock = virtualClock();
  const sends = gatheredSends(jobs, spareMs, clock);
  const sender = sends.to(queue);
  const accepted: string[] = [];
  const refused: string[] = [];
  const send = (body: string) =>
    sender.send(body).then(
      () => accepted.push(body),
      () => refused.push(body),
    );
  return { clock, sends, sender, send, accepted, refused };
}

describe('messages of the jobs of a batch', () => {
  it('go in one request when every job has one', async () => {
    const queue = recordingQueue();
    const { send, clock } = gathering(3, { queue });
    const sent = [send('a'), send('b')];
    await settled();
    expect(queue.batches).toEqual([]);
    await Promise.all([...sent, send('c')]);
    expect(queue.batches).toEqual([3]);
    expect(queue.bodies).toEqual(['a', 'b', 'c']);
    expect(clock.monotonicMs()).toBe(0);
  });

  it('go as soon as there are ten, and the rest with the last job', async () => {
    const queue = recordingQueue();
    const { send, sends, accepted } = gathering(23, { queue });
    for (let n = 0; n < 22; n += 1) {
      void send(String(n));
    }
    await settled();
    expect(queue.batches).toEqual([10, 10]);
    expect(accepted).toHaveLength(20);
    for (const _ of accepted) {
      sends.jobEnded();
    }
    await send('last');
    expect(queue.batches).toEqual([10, 10, 3]);
  });

  it('do not wait for a job that has ended without one', async () => {
    const queue = recordingQueue();
    const { send, sends } = gathering(3, { queue });
    const sent = send('a');
    sends.jobEnded();
    await settled();
    expect(queue.batches).toEqual([]);
    sends.jobEnded();
    await sent;
    expect(queue.batches).toEqual([1]);
  });

  it('to two queues do not wait for each other', async () => {
    const [items, jobs] = [recordingQueue(), recordingQueue()];
    const sends = gatheredSends(3, minute, virtualClock());
    const [toItems, toJobs] = [sends.to(items), sends.to(jobs)];
    await Promise.all([toItems.send('a'), toJobs.send('b', { delaySeconds: 9 }), toItems.send('c')]);
    expect(items.bodies).toEqual(['a', 'c']);
    expect(jobs.sent).toEqual([{ body: 'b', delaySeconds: 9, attributes: {} }]);
  });

  it('are held back for three seconds at most', async () => {
    const queue = recordingQueue();
    const { send, clock, accepted } = gathering(3, { queue });
    void send('a');
    await clock.advance(1_500);
    void send('b');
    await clock.advance(1_499);
    expect(queue.batches).toEqual([]);
    await clock.advance(1);
    expect(queue.batches).toEqual([2]);
    expect(accepted).toEqual(['a', 'b']);
  });

  it('are held back no longer than there is time for calls', async () => {
    const queue = recordingQueue();
    const { send, clock } = gathering(2, { queue, spareMs: () => 700 - clock.monotonicMs() });
    void send('a');
    await clock.advance(699);
    expect(queue.batches).toEqual([]);
    await clock.advance(1);
    expect(queue.batches).toEqual([1]);
  });

  it('are not held back when there is no time left', async () => {
    const queue = recordingQueue();
    const { send, clock } = gathering(3, { queue, spareMs: () => -1 });
    void send('a');
    void send('b');
    await clock.advance(0);
    expect(queue.bodies).toEqual(['a', 'b']);
  });

  it('leave no timer behind', async () => {
    const { send, clock } = gathering(1);
    await send('a');
    expect(clock.sleeperCount()).toBe(0);
  });
});

describe('a message that is not accepted', () => {
  it('fails its own job, with the queue’s reason', async () => {
    const queue: BatchSender = {
      sendEach: async (messages) => messages.map(({ body }) => outcome(body === 'b' ? full : undefined)),
    };
    const { sender } = gathering(3, { queue });
    const [a, b, c] = [sender.send('a'), sender.send('b'), sender.send('c')];
    expect(await rejectionOf(b)).toBe(full);
    expect(await Promise.all([a, c])).toEqual([undefined, undefined]);
  });

  it('fails with all others when the request fails', async () => {
    const queue: BatchSender = { sendEach: () => Promise.reject(full) };
    const { send, refused } = gathering(2, { queue });
    await Promise.all([send('a'), send('b')]);
    expect(refused).toEqual(['a', 'b']);
  });

  it('fails when the queue says nothing of it', async () => {
    const queue: BatchSender = { sendEach: async () => [outcome(undefined)] };
    const { send, accepted, refused } = gathering(2, { queue });
    await Promise.all([send('a'), send('b')]);
    expect([accepted, refused]).toEqual([['a'], ['b']]);
  });
});

function outcome(reason: Error | undefined): PromiseSettledResult<void> {
  return reason === undefined ? { status: 'fulfilled', value: undefined } : { status: 'rejected', reason };
}

/** How long a job goes on after its message, where that is not its last act. */
const workAfterMs = 100;

/** What a job does: after `waitMs` it sends, or ends without; the queue accepts its message or not. */
type Plan = { waitMs: number; sends: boolean; isAccepted: boolean; isLastAct: boolean };

const plan = fc.record<Plan>({
  waitMs: fc.integer({ min: 0, max: 9_000 }),
  sends: fc.boolean(),
  isAccepted: fc.boolean(),
  isLastAct: fc.boolean(),
});

describe('whatever the jobs do, and in whatever order', () => {
  /** A queue that answers after `latencyMs`, and keeps what it accepted with the time. */
  function slowQueue(clock: VirtualClock, latencyMs: number, plans: readonly Plan[]) {
    const taken: RecordingQueue = recordingQueue();
    const sizes: number[] = [];
    const sendEach = async (messages: readonly BatchMessage[]) => {
      sizes.push(messages.length);
      await clock.sleep(latencyMs);
      const sendOne = async ({ body }: BatchMessage) => {
        if (plans[Number(body)]?.isAccepted !== true) {
          throw full;
        }
        await taken.send(body);
      };
      return Promise.allSettled(messages.map(sendOne));
    };
    return { taken, sizes, queue: { sendEach } satisfies BatchSender };
  }

  it('each job hears of its own message once, soon after the last job is ready, in requests of ten at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 900 }),
        (plans, latencyMs) => checkHistory(plans, latencyMs),
      ),
      { numRuns: 200 },
    );
  });

  async function checkHistory(plans: readonly Plan[], latencyMs: number): Promise<void> {
    const clock = virtualClock({ autoJump: true });
    const { taken, sizes, queue } = slowQueue(clock, latencyMs, plans);
    const sends = gatheredSends(plans.length, minute, clock);
    const sender = sends.to(queue);
    const heldMs: number[] = [];
    const work = async ({ waitMs, sends: hasMessage, isLastAct }: Plan, n: number): Promise<string> => {
      await clock.sleep(waitMs);
      if (!hasMessage) {
        return 'nothing';
      }
      const sentMs = clock.monotonicMs();
      const [outcomeOfSend] = await Promise.allSettled([sender.send(String(n))]);
      heldMs.push(clock.monotonicMs() - sentMs);
      if (!isLastAct) {
        await clock.sleep(workAfterMs);
      }
      return outcomeOfSend?.status ?? 'nothing';
    };
    const fates = await Promise.all(plans.map((each, n) => work(each, n).finally(sends.jobEnded)));
    const expected = plans.map((each) => (each.sends ? (each.isAccepted ? 'fulfilled' : 'rejected') : 'nothing'));
    expect(fates).toEqual(expected);
    expect([...taken.bodies].sort()).toEqual(
      plans.flatMap((each, n) => (each.sends && each.isAccepted ? [String(n)] : [])).sort(),
    );
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(10);
    // Never later than the bound, and never after the last job that could add something.
    expect(Math.max(0, ...heldMs)).toBeLessThanOrEqual(3_000 + latencyMs);
    const lastMs = Math.max(...plans.map(({ waitMs }) => waitMs));
    expect(clock.monotonicMs()).toBeLessThanOrEqual(lastMs + latencyMs + 2 * workAfterMs);
    expect(clock.sleeperCount()).toBe(0);
  }
});
