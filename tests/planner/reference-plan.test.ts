import { describe, expect, it } from 'vitest';
import { planRun } from '../../src/planner/plan-run.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { jobSchema } from '../../src/shared/queues/fetch-job.ts';
import type { Reference } from '../../src/shared/queues/reference.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { referenceDraft } from '../../src/shared/tables/reference-row.ts';
import { failing } from '../support/call-hook.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryPlanner, seedList } from '../support/memory-planner.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { sampleImages } from '../support/sample-messages.ts';
import { sampleScheduled } from '../support/sample-requests.ts';

const services = { countries: ['US'], services: [{ id: 8, name: 'A', logoPath: null }] };
const all: Reference[] = [
  { what: 'configuration', images: sampleImages() },
  { what: 'movie-services', ...services },
  { what: 'tv-services', ...services },
];

/** A planner on a Monday at eight, whose popular list has so many films, in a table with this reference data. */
async function planner(
  films: number,
  references: Reference[] = [],
  settings = defaultSettings,
  catalog = memoryCatalog(),
) {
  const usage = memoryUsageStore();
  const world = { ...memoryPlanner({ settings, catalog }), usage, history: { usage, days: memoryDemandDays() } };
  if (films > 0) {
    await seedList(
      catalog,
      'popular',
      'movie',
      Array.from({ length: films }, () => [18]),
    );
  }
  for (const reference of references) {
    const draft = referenceDraft({ fetchedAt: isoFromMs(world.clock.nowMs()), reference }, settings);
    const { rows } = await catalog.readStored([draft], true);
    const [stored] = rows.values();
    await catalog.replace(draft.over(stored).build(), stored?.version as string | undefined);
  }
  return world;
}

const whats = async (world: Parameters<typeof planRun>[1]) =>
  (await planRun(sampleScheduled(), world)).reference.map(({ what }) => what);

describe('reference data in a plan', () => {
  it('is none where no title is kept: an empty table, or details that are off', async () => {
    expect(await whats(await planner(0))).toEqual([]);
    const off = { ...defaultSettings, details: { ...defaultSettings.details, enabled: false } };
    expect(await whats(await planner(3, [], off))).toEqual([]);
  });

  it('is everything beside the first titles, each as a job of the run', async () => {
    const world = await planner(3);
    const { reference, runId } = await planRun(sampleScheduled(), world);
    expect(reference.map((job) => jobSchema.parse(job))).toEqual(reference);
    expect(reference.map(({ jobId, why }) => [jobId, why])).toEqual([
      [`${runId}/reference/configuration`, 'not in the table'],
      [`${runId}/reference/movie-services`, 'not in the table'],
      [`${runId}/reference/tv-services`, 'not in the table'],
    ]);
  });

  it('is what is missing or stale', async () => {
    expect(await whats(await planner(3, all))).toEqual([]);
    expect(await whats(await planner(3, all.slice(0, 2)))).toEqual(['tv-services']);
    const world = await planner(3, all);
    await world.clock.advance(8 * 86_400_000);
    await seedList(world.catalog, 'trending', 'movie', [[18]], Date.UTC(2027, 0, 1) / 1_000);
    expect(await whats(world)).toHaveLength(3);
  });

  it('is sent with the others, and counted apart', async () => {
    const world = await planner(3);
    const started = await startRun(sampleScheduled(), world);
    expect(started).toMatchObject({ jobs: 7, titles: 3, reference: 3 });
    const kinds = world.jobs.bodies.map((body) => jobSchema.parse(JSON.parse(body)).kind);
    const byKind = [...Map.groupBy(kinds, (kind) => kind)].map(([kind, those]) => `${those.length} ${kind}`);
    expect(byKind).toEqual(['7 fetch-job', '3 title-job', '3 reference-job']);
  });

  it('that cannot be read costs a note, and neither lists nor titles', async () => {
    const catalog = memoryCatalog(
      failing(({ name }) => (name === 'readReference' ? new Error('throttled') : undefined)),
    );
    const world = await planner(3, [], defaultSettings, catalog);
    const { reference, titles, jobs, notes } = await planRun(sampleScheduled(), world);
    expect([reference.length, titles.length, jobs.length]).toEqual([0, 3, 7]);
    expect(notes.some((note) => note.startsWith('no reference data was planned: '))).toBe(true);
  });
});
