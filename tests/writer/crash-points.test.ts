import { describe, expect, it } from 'vitest';
import { type CallHook, crashAt, noHook, throttledOnce } from '../support/call-hook.ts';
import { applyAtOnce, hookSwitch, type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { sampleFeed, samplePage, sampleTitle } from '../support/sample-messages.ts';

const trending = sampleFeed({ category: 'trending' });
/** Two feeds that share a title, one of them with two pages. */
const pages = [
  samplePage({ titles: [sampleTitle({ id: 1 }), sampleTitle({ id: 2, rank: 2 })] }),
  samplePage({ page: 2, titles: [sampleTitle({ id: 3, rank: 21 })], fetchedAt: '2026-11-23T08:00:08.000Z' }),
  samplePage({ feed: trending, pages: 1, titles: [sampleTitle({ id: 2 })] }),
];
const contents = ({ store, heads }: MemoryWriter) => ({ rows: store.rows(), heads: heads.all() });

/** A page that a head names has its rows in the table. */
function expectNoHeadAhead({ store, heads }: MemoryWriter): void {
  const keys = new Set(store.rows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`));
  for (const { feed, pagesApplied } of heads.all()) {
    const ofFeed = pages.filter((one) => feed.startsWith(`${one.feed.category}/`));
    for (const { page, titles } of ofFeed.filter((one) => pagesApplied.includes(one.page))) {
      expect(keys).toContain(`${feed} page#000${page}`);
      for (const { id } of titles) {
        expect(keys).toContain(`${id} movie`);
      }
    }
  }
}

/** Calls that the batch makes: one read of what is there, six puts, one read of two heads, and a replace of each. */
const callsOfBatch = 1 + 6 + 1 + 2;
const crashes = Array.from({ length: callsOfBatch }, (_, n) => [
  [n + 1, 'before'] as const,
  [n + 1, 'after'] as const,
]).flat();

describe('a writer that dies', () => {
  it('makes as many calls as there are crash points', async () => {
    const never = crashAt(Number.POSITIVE_INFINITY, 'before');
    await applyAtOnce(pages, memoryWriter(never));
    expect(never.calls).toBe(callsOfBatch);
  });

  it.each(crashes)('at call %i, %s its effect, leaves tables that a redelivery completes', async (nth, when) => {
    const plain = memoryWriter();
    await applyAtOnce(pages, plain);

    const process = hookSwitch(crashAt(nth, when));
    const writer = memoryWriter(process.hook);
    await applyAtOnce(pages, writer).catch(() => undefined);
    expectNoHeadAhead(writer);
    process.use(noHook);
    expect(await applyAtOnce(pages, writer)).toEqual(new Map());
    expect(contents(writer)).toEqual(contents(plain));
    expect(writer.store.puts).toHaveLength(6);
  });

  it.each(crashes)('at call %i, %s its effect, and again on redelivery, loses nothing', async (nth, when) => {
    const plain = memoryWriter();
    await applyAtOnce(pages, plain);

    const process = hookSwitch();
    const writer = memoryWriter(process.hook);
    for (let delivery = nth; delivery <= callsOfBatch; delivery += 1) {
      process.use(crashAt(delivery, when));
      await applyAtOnce([...pages].reverse(), writer).catch(() => undefined);
      expectNoHeadAhead(writer);
    }
    process.use(noHook);
    await applyAtOnce(pages, writer);
    expect(contents(writer)).toEqual(contents(plain));
  });
});

describe('one call that fails', () => {
  const nthCall = (nth: number): CallHook => {
    let calls = 0;
    return throttledOnce(() => {
      calls += 1;
      return calls === nth;
    });
  };

  it.each(Array.from({ length: callsOfBatch }, (_, n) => n + 1))(
    'the %i-th, is mended by delivering again what is given back, and only that',
    async (nth) => {
      const plain = memoryWriter();
      await applyAtOnce(pages, plain);

      const writer = memoryWriter(nthCall(nth));
      const failures = await applyAtOnce(pages, writer).catch(() => new Map(pages.map((_, n) => [`m${n}`, 'thrown'])));
      expect(failures.size).toBeGreaterThan(0);
      const back = pages.filter((_, n) => failures.has(`m${n}`));
      expect(await applyAtOnce(back, writer)).toEqual(new Map());
      expect(contents(writer)).toEqual(contents(plain));
    },
  );
});
