import { expect, it } from 'vitest';
import { startRun } from '../../src/planner/start-run.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoCatalogReader } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoDemandDays } from '../../src/shared/tables/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../src/shared/tables/dynamo-usage-store.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { memoryPlanner } from '../support/memory-planner.ts';
import { sampleScheduled } from '../support/sample-requests.ts';

const french = 'popular/movie/FR/fr-FR';
const { planner: defaults } = defaultSettings;
/** Room beyond the minimum, which an empty table makes large. */
const adaptive = { ...defaults.adaptive, pagesPerDay: 240, writeUnitsPerDay: 24_000, historyDays: 14 };
const settings = { ...defaultSettings, planner: { ...defaults, adaptive } };

describeOnEngine('dynoxide', 'a plan that follows demand', (tables) => {
  it('learns from the counters in the control table, rolls up days, and counts what it planned', async () => {
    const [catalogTable, controlTable] = [await tables.newCatalog(), await tables.newControl()];
    const usage = dynamoUsageStore(tables.client, controlTable);
    const days = dynamoDemandDays(tables.client, controlTable);
    const planner = {
      ...memoryPlanner({ settings }),
      catalog: dynamoCatalogReader(tables.client, catalogTable),
      heads: dynamoFeedHeads(tables.client, controlTable),
      usage,
      history: { usage, days },
    };
    await planner.clock.advance(4 * hourMs + 60_000);
    const nowMs = planner.clock.nowMs();
    const hours = Array.from({ length: 14 * 24 }, (_, back) => nowMs - (back + 1) * hourMs);
    await Promise.all(
      hours.map((atMs) =>
        usage.add(`usage#${new Date(atMs).toISOString().slice(0, 13)}#feeds`, { [`r:${french}`]: 3 }, 1e13),
      ),
    );
    await startRun(sampleScheduled({ schedule: 'refresh', occurrence: '2026-11-23T12:00:00Z' }), planner);
    const jobs = planner.jobs.bodies.map((body) => JSON.parse(body));
    expect(jobs.find(({ feed }) => feed.region === 'FR')?.why).toMatch(
      /^read, though no schedule keeps it: 1[12](\.\d+)? reads/,
    );
    const counted = (await usage.read(['usage#2026-11-23T12#plan'])).get('usage#2026-11-23T12#plan');
    expect(counted).toMatchObject({ [`f:${french}`]: 1, [`w:${french}`]: 1, 'f:trending/tv/global/en-US': 1 });
    expect(Number(counted?.[`x:${french}`])).toBeCloseTo(12, 0);
    const rolled = await days.read(['demand#2026-11-22', 'demand#2026-11-23']);
    expect([...rolled.keys()]).toEqual(['demand#2026-11-22']);
    expect(rolled.get('demand#2026-11-22')?.feeds[french]?.reads).toEqual(Array.from({ length: 24 }, () => 3));
  });
});
