/** An id that TMDB does not know costs a call once in a while, however many ask for it. */
import { describe, expect, it } from 'vitest';
import { findBody, findingTmdb } from '../support/find-answers.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';
import { movieRow } from '../support/tmdb-rows.ts';

const absent = { title: null, absent: true, from: 'none', matches: [] };
const unknownId = 'tt0000001';
const minuteMs = 60_000;

describe('an id that TMDB does not know', () => {
  it.each([
    ['finds nothing', findBody()],
    ['says 404', tmdbError(404, 34)],
  ])('is an absence where TMDB %s, and is asked for once', async (_name, answer) => {
    const world = readerWorld({ answer: () => answer });
    const reader = world.open();
    const answers = await Promise.all(Array.from({ length: 50 }, () => reader.find('imdb', unknownId)));
    expect(answers).toEqual(Array.from({ length: 50 }, () => expect.objectContaining(absent)));
    expect(answers[0]?.problem).toBeUndefined();
    expect(world.tmdb.requests).toHaveLength(1);
    expect(reader.telemetry.eventsOf('live-fetched')).toMatchObject([{ outcome: 'absent', code: '' }]);
    await reader.settled();
    expect([world.items(), world.jobs()]).toEqual([[], []]);
  });

  it('costs four calls a day, in fifty containers that ask for it every minute', async () => {
    const world = readerWorld({ answer: () => findBody() });
    const readers = Array.from({ length: 50 }, () => world.open({ counted: false }));
    // Who is first has an answer before the others come, as a rule; at the same time each would call.
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      for (const reader of readers) {
        expect(await reader.find('imdb', unknownId)).toMatchObject(absent);
      }
      await world.clock.advance(10 * minuteMs);
    }
    expect(world.tmdb.requests).toHaveLength(4);
  });

  it('is asked for again after six hours, and found once it is there', async () => {
    let isKnown = false;
    const world = readerWorld({
      answer: findingTmdb(() => (isKnown ? findBody({ movie: [movieRow()] }) : findBody())),
    });
    expect(await world.open().find('imdb', unknownId)).toMatchObject(absent);
    isKnown = true;
    await world.clock.advance(6 * 60 * minuteMs - 1_000);
    expect(await world.open().find('imdb', unknownId)).toMatchObject(absent);
    await world.clock.advance(1_001);
    expect(await world.open().find('imdb', unknownId)).toMatchObject({ id: 550, from: 'tmdb' });
    expect(world.tmdb.requests).toHaveLength(2);
  });

  it('is found at once where details have brought it meanwhile', async () => {
    const world = readerWorld({ answer: () => findBody() });
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject(absent);
    const fetchedAt = new Date(world.clock.nowMs()).toISOString();
    await world.land([sampleItemDetails({ fetchedAt })]);
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({ id: 550, from: 'table' });
  });

  it('is asked for where the memory of it fails, and noted without failing the answer', async () => {
    const world = readerWorld({ answer: () => findBody() });
    world.control.use(async (call, act) => {
      if (call === 'has' || call === 'add') {
        throw new Error('no');
      }
      return act();
    });
    const reader = world.open();
    expect(await reader.find('imdb', unknownId)).toMatchObject(absent);
    await reader.settled();
    expect(reader.telemetry.warnings.map(({ message }) => message)).toEqual([
      'noting an id that TMDB does not know failed',
    ]);
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('does not wait longer for the memory of it than for the table', async () => {
    const world = readerWorld({ answer: () => findBody() });
    world.control.use(async (call, act) => {
      await (call === 'has' ? world.clock.sleep(60_000) : undefined);
      return act();
    });
    const startedMs = world.clock.monotonicMs();
    expect(await world.open().find('imdb', unknownId)).toMatchObject(absent);
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(3_000);
  });
});
