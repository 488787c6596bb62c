import { describe, expect, it } from 'vitest';
import { virtualClock } from './virtual-clock.ts';
import { virtualQueue } from './virtual-queue.ts';

/** The fake that the outage is played on does what SQS does, as far as it matters there. */
describe('the virtual queue', () => {
  const bodies = (received: { body: string }[]) => received.map(({ body }) => body);

  it('gives a message once until it is deleted, or its visibility time is over', async () => {
    const clock = virtualClock();
    const queue = virtualQueue(clock, { visibilityMs: 30_000 });
    await queue.sendAll(['a', 'b', 'c']);
    const [first] = queue.receive(2);
    expect(bodies(queue.receive(10))).toEqual(['c']);
    queue.delete(first?.id ?? 0);
    await clock.advance(29_999);
    expect(queue.receive(10)).toEqual([]);
    await clock.advance(1);
    expect(queue.receive(10)).toMatchObject([
      { body: 'b', receives: 2 },
      { body: 'c', receives: 2 },
    ]);
  });

  it('keeps a delayed message back for exactly its delay', async () => {
    const clock = virtualClock();
    const queue = virtualQueue(clock);
    await queue.send('later', { delaySeconds: 7 });
    expect(queue.untilVisibleMs()).toBe(7_000);
    await clock.advance(6_999);
    expect(queue.receive(1)).toEqual([]);
    await clock.advance(1);
    expect(bodies(queue.receive(1))).toEqual(['later']);
  });

  it('moves what was received too often to the dead letters', async () => {
    const clock = virtualClock();
    const queue = virtualQueue(clock, { visibilityMs: 1_000, maxReceiveCount: 2 });
    await queue.send('poison');
    for (let n = 0; n < 2; n += 1) {
      expect(bodies(queue.receive(1))).toEqual(['poison']);
      await clock.advance(1_000);
    }
    expect(queue.receive(1)).toEqual([]);
    expect([queue.redriven, queue.held()]).toEqual([['poison'], []]);
  });

  it('refuses what SQS refuses', async () => {
    const queue = virtualQueue(virtualClock());
    for (const options of [{ delaySeconds: 901 }, { delaySeconds: 1.5 }, { attributes: { detail: '' } }]) {
      await expect(queue.send('x', options)).rejects.toThrow('InvalidParameterValue');
    }
    await expect(queue.send('')).rejects.toThrow('InvalidMessageContents');
  });
});
