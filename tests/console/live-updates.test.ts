import { describe, expect, it } from 'vitest';
import { eventText, type LiveEvent, liveUpdates } from '../../src/console/live-updates.ts';
import { virtualClock } from '../support/virtual-clock.ts';

function world(look: () => Promise<unknown>) {
  const clock = virtualClock();
  const over = new AbortController();
  const live = liveUpdates(look, 1_000, clock, over.signal);
  const watcher = (lastId = 0) => {
    const events: LiveEvent[] = [];
    return { events, end: live.watch({ send: (event) => events.push(event) }, lastId) };
  };
  return { clock, over, watcher };
}

describe('live updates', () => {
  it('look at once, then once a second while somebody watches, and not at all otherwise', async () => {
    let looks = 0;
    const { clock, watcher } = world(async () => ++looks);
    await clock.advance(5_000);
    expect(looks).toBe(0);
    const { events, end } = watcher();
    await clock.advance(0);
    expect(events).toEqual([{ id: 1, event: 'status', data: 1 }]);
    await clock.advance(3_000);
    expect(events.map(({ id, data }) => [id, data])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    end();
    await clock.advance(60_000);
    expect(looks).toBeLessThanOrEqual(5);
  });

  it('look once for all who watch', async () => {
    let looks = 0;
    const { clock, watcher } = world(async () => ++looks);
    const all = [watcher(), watcher(), watcher()];
    await clock.advance(2_000);
    expect(looks).toBe(3);
    expect(all.map(({ events }) => events.at(-1)?.data)).toEqual([3, 3, 3]);
  });

  it('tell who comes later what was seen last, unless that is what it had before its connection was lost', async () => {
    const { clock, watcher } = world(async () => 'seen');
    watcher();
    await clock.advance(0);
    expect(watcher(0).events.map(({ id }) => id)).toEqual([1]);
    expect(watcher(1).events).toEqual([]);
  });

  it('tell a look that failed as a sentence, and go on', async () => {
    let looks = 0;
    const { clock, watcher } = world(async () => {
      looks += 1;
      if (looks === 2) {
        throw new Error('no answer\n    at some line');
      }
      return looks;
    });
    const { events } = watcher();
    await clock.advance(2_000);
    expect(events.map(({ event, data }) => [event, data])).toEqual([
      ['status', 1],
      ['trouble', { why: 'no answer' }],
      ['status', 3],
    ]);
  });

  it('tell of a look that does not end, until it does', async () => {
    let looks = 0;
    const { clock, over, watcher } = world(async () => {
      looks += 1;
      await clock.sleep(looks === 2 ? 17_000 : 0);
      return looks;
    });
    const { events } = watcher();
    await clock.advance(5_900);
    expect(events.map(({ event }) => event)).toEqual(['status']);
    await clock.advance(200);
    expect(events.at(-1)).toMatchObject({ event: 'trouble', data: { why: expect.stringContaining('5 s') } });
    await clock.advance(11_910);
    expect(events.slice(0, 3).map(({ event }) => event)).toEqual(['status', 'trouble', 'status']);
    over.abort();
    await clock.advance(60_000);
    expect(looks).toBe(3);
  });

  it('are not behind after a look that took longer than a second', async () => {
    const { clock, watcher } = world(() => clock.sleep(2_500).then(() => clock.monotonicMs()));
    const { events } = watcher();
    await clock.advance(8_000);
    expect(events.map(({ data }) => data)).toEqual([2_500, 5_000, 7_500]);
  });

  it('begin anew for who comes after everybody has left', async () => {
    let looks = 0;
    const { clock, watcher } = world(async () => ++looks);
    watcher().end();
    await clock.advance(10_000);
    const { events } = watcher();
    await clock.advance(0);
    expect(events.map(({ data }) => data)).toEqual([2]);
  });

  it('end when the console does', async () => {
    let looks = 0;
    const { clock, over, watcher } = world(async () => ++looks);
    watcher();
    await clock.advance(0);
    over.abort();
    await clock.advance(60_000);
    expect(looks).toBe(1);
  });
});

describe('an event', () => {
  it('is one block of lines, whatever its data hold', () => {
    const text = eventText({ id: 7, event: 'status', data: { title: 'a\n\nevent: b' } }, JSON.stringify);
    expect(text).toBe('id: 7\nevent: status\ndata: {"title":"a\\n\\nevent: b"}\n\n');
  });
});
