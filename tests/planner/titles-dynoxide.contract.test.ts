import { expect, it } from 'vitest';
import { planRun } from '../../src/planner/plan-run.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { hourMs, isoFromMs } from '../../src/shared/core/clock.ts';
import type { TitleParts } from '../../src/shared/queues/details/title-parts.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { detailsDraft } from '../../src/shared/tables/details-row.ts';
import { dynamoCatalogReader, dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoDemandDays } from '../../src/shared/tables/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../src/shared/tables/dynamo-usage-store.ts';
import { titleRowFor } from '../../src/shared/tables/title-row.ts';
import { normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { pageContent, pageKeys } from '../support/list-pages.ts';
import { memoryPlanner } from '../support/memory-planner.ts';
import { sampleDescribed } from '../support/sample-messages.ts';
import { sampleScheduled } from '../support/sample-requests.ts';
import { sampleListPage } from '../support/sample-rows.ts';
import { wholeMovie } from '../support/tmdb-details.ts';

const noonMs = Date.UTC(2026, 10, 23, 12);
const parts = normalizeWholeTitle(wholeMovie(), 'movie', 550, defaultSettings)?.parts as TitleParts;
const refreshAt = (atMs: number) => sampleScheduled({ schedule: 'refresh', occurrence: isoFromMs(atMs) });

describeOnEngine('dynoxide', 'whole titles of a plan', (tables) => {
  it('follow lists, reads and details in the tables, and are counted there', async () => {
    const [catalogTable, controlTable] = [await tables.newCatalog(), await tables.newControl()];
    const usage = dynamoUsageStore(tables.client, controlTable);
    const days = dynamoDemandDays(tables.client, controlTable);
    const store = dynamoCatalogStore(tables.client, catalogTable);
    const planner = {
      ...memoryPlanner(),
      catalog: dynamoCatalogReader(tables.client, catalogTable),
      heads: dynamoFeedHeads(tables.client, controlTable),
      usage,
      history: { usage, days },
    };
    await planner.clock.advance(4 * hourMs);
    const feed = { category: 'popular', media: 'movie', region: 'global', language: 'en-US' } as const;
    await store.putIfNewer(
      sampleListPage({ ...pageKeys(feed, 1), ...pageContent([{ id: 1 }, { id: 2 }, { id: 3 }]), expiresAt: 2e9 }),
    );
    for (const [id, hours] of [
      [2, 24],
      [3, 400],
    ] as const) {
      const fetched = { mediaType: 'movie', id, fetchedAt: isoFromMs(noonMs - hours * hourMs) } as const;
      await store.replace(detailsDraft(fetched, parts, defaultSettings).over(undefined).build(), undefined);
    }
    // Read, in no list, and released of late, as its card says.
    const described = sampleDescribed({ id: 4, releaseDate: '2026-11-20' });
    const fetchedAt = isoFromMs(noonMs - 24 * hourMs);
    await store.putIfNewer(titleRowFor({ language: 'en-US', fetchedAt }, described, defaultSettings));
    await store.replace(
      detailsDraft({ mediaType: 'movie', id: 4, fetchedAt }, parts, defaultSettings).over(undefined).build(),
      undefined,
    );
    await usage.add('usage#2026-11-22T20#titles#35', { 'r:movie/4': 9, 'm:movie/4': 1, 'r:tv/7': 30 }, 2e12);
    const { titles } = await startRun(refreshAt(noonMs), planner);
    const jobs = planner.jobs.bodies.map((body) => JSON.parse(body)).filter(({ kind }) => kind === 'title-job');
    expect(titles).toBe(4);
    expect(jobs.map(({ mediaType, id, why }) => [mediaType, id, why.replace(/^.*reads a day, /, '')])).toEqual([
      ['tv', 7, 'no details yet'],
      ['movie', 4, 'released 2026-11-20, 1 day old'],
      ['movie', 1, 'no details yet'],
      ['movie', 3, '17 days old'],
    ]);
    expect((await usage.read(['usage#2026-11-23T12#plan'])).get('usage#2026-11-23T12#plan')).toMatchObject({
      ...{ 't:tv/7': 1, 't:movie/4': 1, 't:movie/1': 1, 't:movie/3': 1, 'n:refresh': 1 },
    });
    const rolled = (await days.read(['demand#2026-11-22'])).get('demand#2026-11-22');
    expect(rolled?.titles).toEqual({ 'movie/4': 9, 'tv/7': 30 });
    await planner.clock.advance(4 * hourMs);
    const next = await planRun(refreshAt(noonMs + 4 * hourMs), planner);
    expect([next.titles, next.titlePlan?.callsOfDay, next.titlePlan?.kept]).toEqual([[], 4, 3]);
  });
});
