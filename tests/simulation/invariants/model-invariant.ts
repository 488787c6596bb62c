/** A reader on the tables that a history has left, beside the reference model: both read while time goes on and the table fails. */
import { background } from '../../../src/reader/background.ts';
import { createReader } from '../../../src/reader/reader.ts';
import type { Reader } from '../../../src/reader/reader-api.ts';
import type { Feed } from '../../../src/shared/core/feed.ts';
import type { CatalogReader } from '../../../src/shared/tables/catalog.ts';
import type { DetailsRow } from '../../../src/shared/tables/details-row.ts';
import type { TableState } from '../../support/arbitrary-reads.ts';
import { type Expected, readerModel } from '../../support/reader-model.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';
import { type Draws, randomStream } from '../world/random-stream.ts';
import type { SimWorld } from '../world/sim-world.ts';

const waitsSeconds = [1, 31, 301, 901, 18_000, 108_000, 4_000_000];
const reads = 8;

export async function checkReaderModel(world: SimWorld): Promise<void> {
  const draws = randomStream(world.plan.seed, 'model');
  const clock = virtualClock({ autoJump: true, startMs: world.clock.nowMs() });
  let state: TableState = { kind: 'up' };
  const reader = tableReader(world, clock, () => state);
  const model = readerModel();
  for (const row of world.tables.catalog.rows()) {
    model.put(row);
  }
  for (const row of world.tables.catalog.joinedRows()) {
    if (row.mediaType.endsWith('+details') && 'parts' in row) {
      model.putDetails(row as DetailsRow);
    }
  }
  for (let count = 0; count < reads; count += 1) {
    await clock.sleep(draws.pick(waitsSeconds) * 1_000);
    state = { kind: draws.chance(0.7) ? 'up' : 'down' };
    const { does, should } = await readBoth(draws, reader, model, state, clock);
    if (JSON.stringify(does) !== JSON.stringify(should)) {
      world.violations.add('reader-model', `${JSON.stringify(does)} where the model has ${JSON.stringify(should)}`);
    }
  }
  clock.halt();
}

async function readBoth(
  draws: Draws,
  reader: Reader,
  model: ReturnType<typeof readerModel>,
  state: TableState,
  clock: VirtualClock,
): Promise<{ does: Expected; should: Expected }> {
  const now = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
  if (draws.chance(0.6)) {
    const category = draws.pick(['popular', 'trending', 'hidden_gems']);
    const feed: Feed = { category, media: 'movie', region: 'global', language: 'en-US' };
    const limit = draws.pick([1, 3, 20, 40]);
    const should = model.list({ act: 'list', feed, limit }, state, now);
    const answer = await reader.list(feed, { limit });
    const titles = answer.titles.map(({ title }) => title);
    return { should, does: { from: answer.from, problem: answer.problem?.code, titles, stale: answer.stale } };
  }
  const id = draws.pick([1, 2, 3, 4]);
  const details = draws.chance(0.5);
  const should = model.title({ act: 'title', id, language: 'en-US', details }, state, now);
  const answer = await reader.title('movie', id, { language: 'en-US', details });
  const titles = answer.title === null ? [] : [answer.title.title];
  const does = { from: answer.from, problem: answer.problem?.code, titles, stale: answer.stale };
  return { should, does: { ...does, ...(answer.details && { unknown: answer.details.unknown }) } };
}

/** A reader of the table alone, which is there or not. */
function tableReader({ tables, settings }: SimWorld, clock: VirtualClock, state: () => TableState): Reader {
  const orFail = <T>(read: () => Promise<T>) =>
    state().kind === 'up' ? read() : Promise.reject(new Error('ECONNREFUSED'));
  const { listPages, readTitles, readCardsAndDetails, readDetails, readExternalId, readReference } = tables.catalog;
  const catalog: CatalogReader = {
    listPages: (feed, titles) => orFail(() => listPages(feed, titles)),
    readTitles: (keys) => orFail(() => readTitles(keys)),
    readCardsAndDetails: (keys) => orFail(() => readCardsAndDetails(keys)),
    readDetails: (keys) => orFail(() => readDetails(keys)),
    readExternalId: (text) => orFail(() => readExternalId(text)),
    readReference: () => orFail(() => readReference()),
  };
  const telemetry = { event: () => undefined, metric: () => undefined, warn: () => undefined };
  return createReader({ catalog, background: background(telemetry), telemetry, clock, settings });
}
