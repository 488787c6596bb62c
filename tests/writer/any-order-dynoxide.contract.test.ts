import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import type { ApplyDependencies } from '../../src/writer/apply-items.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';
import { applyAtOnce, deliver } from '../support/deliver-pages.ts';
import { describeOnEngine, type EmbeddedTables } from '../support/embedded-tables.ts';
import { expectHeads, expectTable } from '../support/expect-table.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { unpaced } from '../support/unpaced.ts';

/** The must-hold property where the writers really run at the same time, on real conditional writes. */
describeOnEngine('dynoxide', 'concurrent writers', (tables) => {
  it('make the same tables as one writer does, and those the invariant asks for', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async (history) => {
        const plain = await openWriter(tables);
        await applyAtOnce(history.pages, plain.deps);
        const raced = await openWriter(tables);
        await deliver(history, raced.deps);
        const contents = await raced.contents();
        expect(contents).toEqual(await plain.contents());
        expectTable(contents.rows, history.pages);
        expectHeads(contents.heads, history.pages);
      }),
      { numRuns: 25 },
    );
  });

  it('take no row back while someone looks on', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async (history) => {
        const { deps, contents } = await openWriter(tables);
        let done = false;
        const writing = deliver(history, deps).finally(() => {
          done = true;
        });
        const seen = new Map<string, string>();
        while (!done) {
          for (const { mediaId, mediaType, version } of (await contents()).rows) {
            const key = `${mediaId}\n${mediaType}`;
            expect(version >= (seen.get(key) ?? '')).toBe(true);
            seen.set(key, version);
          }
        }
        await writing;
      }),
      { numRuns: 10 },
    );
  });
});

async function openWriter({ client, newCatalog, newControl, scan }: EmbeddedTables) {
  const [catalog, control] = [await newCatalog(), await newControl()];
  const deps: ApplyDependencies = {
    store: dynamoCatalogStore(client, catalog),
    heads: dynamoFeedHeads(client, control),
    telemetry: recordingTelemetry(),
    settings: defaultSettings,
    pace: unpaced,
  };
  const contents = async () => ({
    rows: (await scan(catalog)) as CatalogRow[],
    heads: (await scan(control)) as FeedHead[],
  });
  return { deps, contents };
}
