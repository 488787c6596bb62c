import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Provenance } from '../../src/reader/reader-api.ts';
import { plainHistory, type ReaderAct } from '../support/arbitrary-reads.ts';
import { type ReaderHistory, readerHistory } from '../support/reader-history.ts';
import { type Expected, readerModel } from '../support/reader-model.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const told = ({ from, problem, stale }: Provenance, titles: string[]): Expected => ({
  from,
  problem: problem?.code,
  titles,
  stale,
});

type Model = ReturnType<typeof readerModel>;

/** What the reader answers and what it should; `undefined` when `act` is no read. */
async function readBoth(act: ReaderAct, { reader, state, world }: ReaderHistory, model: Model) {
  const now = { wallMs: world.clock.nowMs(), monotonicMs: world.clock.monotonicMs() };
  if (act.act === 'list') {
    const should = model.list(act, state(), now);
    const answer = await reader.list(act.feed, { limit: act.limit });
    return {
      should,
      does: told(
        answer,
        answer.titles.map(({ title }) => title),
      ),
    };
  }
  if (act.act === 'title') {
    const should = model.title(act, state(), now);
    const answer = await reader.title('movie', act.id, { language: act.language });
    return { should, does: told(answer, answer.title === null ? [] : [answer.title.title]) };
  }
  return undefined;
}

/** Plays a history on a reader and on the model, and compares every answer. Gives what the answers came from. */
async function playBoth(acts: readonly ReaderAct[]): Promise<string[]> {
  const history = readerHistory({ live: false });
  const model = readerModel();
  const origins: string[] = [];
  for (const act of acts) {
    const read = await readBoth(act, history, model);
    if (read !== undefined) {
      expect(read.does).toEqual(read.should);
      origins.push(`${read.does.from} ${read.does.problem}`);
      continue;
    }
    const before = history.rows.length;
    await history.play(act);
    for (const row of history.rows.slice(before)) {
      model.put(row);
    }
  }
  return origins;
}

/** What memory holds is old when the table goes: rare among drawn histories. */
const fallenTable: ReaderAct[] = [
  {
    act: 'place',
    feed: sampleFeed(),
    id: 1,
    rank: 1,
    snapshot: 0,
    life: { fetchedInSeconds: 0, staleInSeconds: 86_400, goneInSeconds: 172_800 },
    whole: true,
  },
  { act: 'list', feed: sampleFeed(), limit: 1 },
  { act: 'wait', seconds: 301 },
  { act: 'table', state: { kind: 'down' } },
  { act: 'list', feed: sampleFeed(), limit: 1 },
];

it('memory and table answer as the model does, while they age, fail and come back', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(plainHistory, async (acts) => {
      for (const origin of await playBoth(acts)) {
        seen.set(origin, (seen.get(origin) ?? 0) + 1);
      }
    }),
    { numRuns: 120, examples: [[fallenTable]] },
  );
  // Each of them came, or the histories say nothing.
  expect([...seen.keys()].toSorted()).toEqual([
    'memory table_unavailable',
    'memory undefined',
    'none not_cached',
    'none table_unavailable',
    'table undefined',
  ]);
});
