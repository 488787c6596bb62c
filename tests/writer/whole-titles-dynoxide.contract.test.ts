import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { itemDetailsSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { CatalogJoinedRow } from '../../src/shared/tables/catalog.ts';
import { partsOf } from '../../src/shared/tables/details-row.ts';
import { dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { rowBytes, writeUnitsFor } from '../../src/shared/tables/row.ts';
import { normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { startTmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import type { ApplyDependencies } from '../../src/writer/apply-items.ts';
import { applyAll, arbitraryDelivered, deliverAll } from '../support/deliver-titles.ts';
import { describeOnEngine, type EmbeddedTables } from '../support/embedded-tables.ts';
import { httpWorker } from '../support/http-worker.ts';
import { partProblems } from '../support/parts-reference.ts';
import { detailsFolder, wholeRecordings } from '../support/recorded-titles.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { sampleItemDetails, sampleTitleJob } from '../support/sample-messages.ts';
import { itWithSharedData } from '../support/shared-data.ts';
import { unpaced } from '../support/unpaced.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const regions = ['US/en-US', 'DE/de-DE', 'FR/fr-FR', 'GB/en-GB', 'JP/ja-JP'].map((place) => ({
  region: place.slice(0, 2),
  language: place.slice(3),
}));
const settings = { ...defaultSettings, regions };

describeOnEngine('dynoxide', 'whole titles', (tables) => {
  it('are the same rows through writers that run at the same time, on real conditional writes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDelivered, async (delivered) => {
        const [plain, raced] = [await openWriter(tables), await openWriter(tables)];
        await applyAll(delivered.items, plain.deps);
        await deliverAll(delivered, raced.deps);
        const rows = await raced.rows();
        expect(rows).toEqual(await plain.rows());
        expect(partProblems(rows as CatalogJoinedRow[], delivered.items)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  itWithSharedData(
    'take two write units for details, and a twentieth of the raw answer for all rows',
    `${detailsFolder}/index.json`,
    async () => {
      for (const { mediaType, answer } of wholeRecordings()) {
        const { deps, rows } = await openWriter(tables);
        const { cards, parts } = normalizeWholeTitle(answer, mediaType, answer.id, settings) ?? {
          cards: [],
          parts: {},
        };
        const item = sampleItemDetails({
          ...{ mediaType, id: answer.id, parts },
          cards: cards.map(({ language, title: { mediaType: _media, id: _id, ...card } }) => ({ language, ...card })),
        });
        expect(await applyAll([item], deps)).toEqual(new Map());
        const [written] = deps.telemetry.eventsOf('batch-written');
        // As an item with the raw answer would: 1 KB of JSON is a unit.
        const rawUnits = writeUnitsFor(Buffer.byteLength(JSON.stringify(answer)));
        expect(written?.writeUnits).toBeLessThanOrEqual(rawUnits / 20);
        const details = (await rows()).find((row) => String(row.mediaType).endsWith('+details'));
        expect(writeUnitsFor(rowBytes(details as CatalogJoinedRow))).toBe(2);
      }
    },
  );

  it('come from TMDB through worker and writer into the table, and what TMDB left out comes later', async () => {
    const clock = virtualClock();
    const faults = { rules: [{ kind: 'missingPart', path: 'append_to_response', times: 1 } as const] };
    const simulator = await startTmdbSimulator({
      clock,
      requestsPerSecond: 1_000,
      latencyMs: { min: 0, max: 0 },
      faults,
    });
    onTestFinished(() => simulator.close());
    const list = await fetch(`${simulator.baseUrl}/movie/popular`, { headers: { Authorization: 'Bearer any' } });
    const { results } = (await list.json()) as { results: { id: number }[] };
    const id = results[0]?.id ?? 0;
    const { deps, rows } = await openWriter(tables);
    const partsAfterFetch = async () => {
      const worker = httpWorker(simulator.baseUrl, { settings });
      const job = sampleTitleJob({ jobId: `0badcafe/title/movie/${id}/details`, id, details: true });
      expect(await worker.work(1, [JSON.stringify(job)])).toEqual([]);
      const item = parseMessage(itemDetailsSchema, worker.items.bodies[0] ?? '');
      expect(await applyAll([item], deps)).toEqual(new Map());
      const all = await rows();
      return partsOf(all.find(({ mediaType }) => mediaType === 'movie+details'));
    };
    const first = await partsAfterFetch();
    expect(Object.keys(first)).not.toContain('credits');
    expect(Object.keys(first)).toHaveLength(6);
    const later = await partsAfterFetch();
    expect(Object.keys(later)).toHaveLength(8);
    expect(later.credits).toHaveProperty('cast.0.name');
    const keys = (await rows()).map(({ mediaType }) => String(mediaType)).sort();
    expect(keys).toEqual(['id', 'movie', 'movie+details', 'movie@de-DE', 'movie@en-GB', 'movie@fr-FR', 'movie@ja-JP']);
  });
});

async function openWriter({ client, newCatalog, newControl, scan }: EmbeddedTables) {
  const [catalog, control] = [await newCatalog(), await newControl()];
  const telemetry = recordingTelemetry();
  const deps = {
    store: dynamoCatalogStore(client, catalog),
    heads: dynamoFeedHeads(client, control),
    telemetry,
    settings,
    pace: unpaced,
  } satisfies ApplyDependencies;
  return { deps, rows: async () => (await scan(catalog)) as Record<string, unknown>[] };
}
