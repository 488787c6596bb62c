import { describe, expect, it } from 'vitest';
import { type ActOptions, deleteDeadLetters } from '../../../src/operator/dead-letters/act-on-dead-letters.ts';
import { parseMatch } from '../../../src/operator/dead-letters/match-letters.ts';
import type { MessageSource } from '../../../src/shared/queues/message-source.ts';
import { deadJob } from '../../support/dead-letter-samples.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualMessageSource } from '../../support/virtual-message-source.ts';

function openDelete(count = 30) {
  const clock = virtualClock({ autoJump: true });
  const source = virtualMessageSource(clock);
  for (let n = 1; n <= count; n += 1) {
    source.lay(deadJob(n, n % 3 === 0 ? 'malformed' : 'too-old'));
  }
  const run = (over: Partial<ActOptions> = {}, from: MessageSource = source) => {
    const options = { match: new Map(), max: 1_000, perSecond: 100, holdSeconds: 60, dryRun: false, ...over };
    return deleteDeadLetters(from, { ...options, onProgress: () => undefined }, clock, new AbortController().signal);
  };
  return { source, run };
}

describe('a deletion', () => {
  it('takes what matches, and leaves the rest visible', async () => {
    const { source, run } = openDelete();
    expect(await run({ match: parseMatch(['reason=malformed']) })).toMatchObject({ deleted: 10, left: 20, failed: [] });
    expect(source.visible()).toBe(20);
    expect([...source.held().values()].every(({ attributes }) => attributes?.reason === 'too-old')).toBe(true);
  });

  it('takes one by its message’s id, or those whose ids begin alike', async () => {
    const { source, run } = openDelete(12);
    expect(await run({ match: parseMatch(['messageId=m3']) })).toMatchObject({ deleted: 1 });
    expect(await run({ match: parseMatch(['messageId=m1*']) })).toMatchObject({ deleted: 4 });
    expect([...source.held().keys()]).toEqual(['m2', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
  });

  it('takes nothing in a dry run, and no more than --max', async () => {
    const { source, run } = openDelete();
    expect(await run({ dryRun: true })).toMatchObject({ deleted: 30, left: 0 });
    expect(source.visible()).toBe(30);
    expect(await run({ max: 12 })).toMatchObject({ deleted: 12 });
    expect(source.visible()).toBe(18);
  });

  it('says what could not be deleted, and leaves it', async () => {
    const { source, run } = openDelete(2);
    const away = { ...source, remove: () => Promise.reject(new Error('the queue is away')) };
    expect(await run({}, away)).toMatchObject({
      deleted: 0,
      failed: [{ messageId: 'm1', why: 'the queue is away' }, { messageId: 'm2' }],
    });
    expect(source.visible()).toBe(2);
  });

  it.each([-60_000, 0, 60_000])(
    'takes all that are alike, also where its clock is %d ms from that of SQS',
    async (offMs) => {
      const { source, run } = openDelete(0);
      for (let n = 1; n <= 25; n += 1) {
        source.lay({ body: 'hello', sentAtMs: Date.UTC(2026, 10, 23, 8) - offMs });
      }
      expect(await run()).toMatchObject({ examined: 25, deleted: 25, left: 0, failed: [] });
      expect(source.held().size).toBe(0);
    },
  );
});
