import { describe, expect, it } from 'vitest';
import { heldLetters } from '../../src/console/held-letters.ts';
import { decodeDeadLetter } from '../../src/operator/dead-letters/dead-letter.ts';
import { deadJob } from '../support/dead-letter-samples.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** A queue of `count` letters, each a minute younger than the one before; `looks` counts who looked. */
function world(count: number, body?: string) {
  const looks: string[] = [];
  const letters = Array.from({ length: count }, (_, n) => {
    const { attributes = {}, ...job } = deadJob(n, n % 2 === 0 ? 'too-old' : 'malformed');
    const failedAt = new Date(Date.UTC(2026, 10, 1) + n * 60_000).toISOString();
    return decodeDeadLetter({
      ...job,
      body: body ?? job.body,
      messageId: `message-${n}`,
      attributes: { ...attributes, failedAt },
      sentAtMs: 0,
      receiptHandle: '',
    });
  });
  const held = heldLetters(async (queue) => {
    looks.push(queue);
    return { letters, unreleased: [] };
  }, virtualClock());
  const page = (offset: number, match: string[] = [], again = false) =>
    held.page({ queue: 'fetch', match, offset, again });
  return { held, page, looks };
}

describe('dead letters that are browsed', () => {
  it('are looked for once, page by page, newest first', async () => {
    const { page, looks } = world(500);
    const pages = [await page(0), await page(200), await page(400)];
    const ids = pages.flatMap(({ letters }) => letters.map(({ messageId }) => messageId));
    expect(ids).toEqual(Array.from({ length: 500 }, (_, n) => `message-${499 - n}`));
    expect(pages.map(({ total, inQueue }) => [total, inQueue])).toEqual([
      [500, 500],
      [500, 500],
      [500, 500],
    ]);
    expect(looks).toEqual(['fetch']);
    await page(0, [], true);
    expect(looks).toHaveLength(2);
  });

  it('are those that match, with the groups of all of them', async () => {
    const { page } = world(500);
    const { total, groups, letters } = await page(0, ['reason=too-old']);
    expect(total).toBe(250);
    expect(groups.map(({ reason, count }) => [reason, count])).toEqual([['too-old', 250]]);
    expect(new Set(letters.map(({ reason }) => reason))).toEqual(new Set(['too-old']));
    await expect(page(0, ['raeson=too-old'])).rejects.toThrow(/raeson=too-old.*allowed are/);
    await expect(page(0, ['reason=to-old'])).rejects.toThrow(/to-old.*allowed are/);
  });

  it('are shown with their body as JSON in lines, and a long one by its beginning', async () => {
    const { held } = world(1);
    expect((await held.one('fetch', 'message-0'))?.body).toMatch(/^\{\n {2}"kind": "fetch-job"/);
    expect(await held.one('fetch', 'message-9')).toBeUndefined();
    const long = await world(1, 'x'.repeat(200_000)).held.one('fetch', 'message-0');
    expect([long?.body.length, long?.bodyCharacters, long?.whole]).toEqual([20_000, 200_000, false]);
  });

  it('take a bounded amount of memory, however many there are: the newest keep their bodies', async () => {
    const { held } = world(3_000, 'x'.repeat(30_000));
    const lengths = [0, 1_500, 2_999].map(async (n) => (await held.one('fetch', `message-${n}`))?.body.length);
    expect(await Promise.all(lengths)).toEqual([0, 20_000, 20_000]);
  });

  it('are looked for once at a time: two looks would hide letters from each other', async () => {
    const { page, looks } = world(3);
    const both = await Promise.all([page(0), page(0, [], true), page(0, [], true)]);
    expect(both.map(({ total }) => total)).toEqual([3, 3, 3]);
    expect(looks).toEqual(['fetch']);
  });

  it('are looked for again after a look that failed', async () => {
    let looks = 0;
    const held = heldLetters(async () => {
      looks += 1;
      if (looks === 1) {
        throw new Error('no answer');
      }
      return { letters: [], unreleased: [] };
    }, virtualClock());
    const page = () => held.page({ queue: 'items', match: [], offset: 0, again: false });
    await expect(page()).rejects.toThrow('no answer');
    expect((await page()).total).toBe(0);
  });
});
