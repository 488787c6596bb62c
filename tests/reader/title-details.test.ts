import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TitleOptions } from '../../src/reader/reader-api.ts';
import { dayMs, hourMs, minuteMs } from '../../src/shared/core/clock.ts';
import { titlePartsSchema } from '../../src/shared/queues/details/title-parts.ts';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import type { ItemDetails } from '../../src/shared/queues/item-page.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { times, titled } from '../support/placed-rows.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleItemDetails, sampleItemReference } from '../support/sample-messages.ts';

const regions = [
  { region: 'DE', language: 'de-DE' },
  { region: 'US', language: 'en-US' },
];
const settings = settingsWith({}, { regions });
// Parsed, so that a field which is added later is nothing.
const everything = titlePartsSchema.parse({
  ...sampleItemDetails().parts,
  keywords: { keywords: [{ id: 825, name: 'support group' }] },
  credits: {
    cast: [{ id: 819, name: 'Edward Norton', character: 'Narrator', profilePath: '/8nytsqL59SFJTVYVrN72k6qkGgJ.jpg' }],
    crew: [{ id: 7467, name: 'David Fincher', job: 'Director' }],
  },
  certifications: { certifications: { DE: '18', US: 'R' } },
  watch: {
    watch: { DE: { link: 'https://www.themoviedb.org/movie/550/watch?locale=DE', rent: [2, 10] }, US: null },
  },
  videos: { videos: [] },
  recommendations: { recommendations: [{ mediaType: 'movie', id: 680 }] },
});
const partsOfAll = Object.keys(everything).sort();
const midnight = '2026-11-23T00:00:00.000Z';

const worldWith = async (parts: ItemDetails['parts'], fetchedAt = '2026-11-23T07:00:00.000Z') => {
  const world = readerWorld({ settings });
  await world.land([sampleItemDetails({ parts, fetchedAt })]);
  return world;
};
const read = async (world: ReaderWorld, options: TitleOptions = {}) => {
  const reader = world.open({ live: false });
  const answer = await reader.title('movie', 550, { details: true, ...options });
  await reader.settled();
  return answer;
};
/** The list of services, of which these have names. */
const servicesOf = (...ids: number[]) =>
  sampleItemReference({
    fetchedAt: '2026-11-23T07:00:00.000Z',
    reference: {
      what: 'movie-services',
      countries: ['DE', 'US'],
      services: ids.map((id) => ({ id, name: `Service ${id}`, logoPath: null })),
    },
  });
const partsIn = (names: readonly string[] = []) => names;
/** Whole titles that the pipeline was asked for. */
const wholeAsked = (world: ReaderWorld) =>
  world.jobs().map((job) => {
    const { id, details = false, language } = titleJobSchema.parse(job);
    return [id, details, language];
  });

describe('a title with its details', () => {
  it('has all fields, and one country of what is kept by country', async () => {
    const { details, stale, problem } = await read(await worldWith(everything), { language: 'de-DE' });
    expect([stale, problem]).toEqual([false, undefined]);
    expect(details).toEqual({
      ...everything.base,
      ...everything.keywords,
      ...everything.credits,
      ...everything.externalIds,
      ...everything.certifications,
      ...everything.recommendations,
      videos: [],
      region: 'DE',
      regionProblem: null,
      certification: '18',
      watch: {
        link: 'https://www.themoviedb.org/movie/550/watch?locale=DE',
        subscription: [],
        rent: [2, 10].map((id) => ({ id, name: null, logoPath: null })),
        buy: [],
        free: [],
        ads: [],
        attribution: expect.stringContaining('JustWatch'),
        fetchedAt: midnight,
      },
      fetchedAt: Object.fromEntries(partsOfAll.map((part) => [part, midnight])),
      stale: [],
      unknown: [],
    });
  });

  it('is one read of the table with its card, and then in memory', async () => {
    const world = await worldWith(everything);
    const reader = world.open({ live: false });
    const [first, second] = [
      await reader.title('movie', 550, { details: true }),
      await reader.title('movie', 550, { details: true }),
    ];
    expect([first.from, second.from]).toEqual(['table', 'memory']);
    expect(second.details).toEqual(first.details);
    expect(world.tableCalls('readTitles')).toBe(1);
    await reader.settled();
    expect(world.jobs()).toEqual([]);
  });

  it('is as old as its oldest part, and good until the first of them is not', async () => {
    const world = readerWorld({ settings });
    const { watch, ...others } = everything;
    await world.land([servicesOf(2, 10)]);
    await world.land([sampleItemDetails({ parts: others, fetchedAt: '2026-11-23T07:00:00.000Z' })]);
    await world.land([sampleItemDetails({ parts: { watch }, cards: [], fetchedAt: '2026-11-21T07:00:00.000Z' })]);
    const [whole, card] = [await read(world), await read(world, { details: false })];
    expect([whole.fetchedAt, card.fetchedAt]).toEqual(['2026-11-21T00:00:00.000Z', midnight]);
    const hoursTo = (iso: string | null) => (Date.parse(iso ?? '') - Date.parse('2026-11-21T00:00:00.000Z')) / hourMs;
    expect(Math.abs(hoursTo(whole.freshUntil) - 72)).toBeLessThan(7.3);
    expect(hoursTo(whole.expiresAt) - 3 * 72).toBeLessThan(7.3);
    expect(hoursTo(card.freshUntil)).toBeGreaterThan(100);
  });

  it.each([
    ['five minutes where a service has no name yet', [2], [5, false]],
    ['as long as its parts where all have one', [2, 10], [expect.closeTo(72 * 60 - 7 * 60, -3), false]],
  ])('is good for %s', async (_what, ids, expected) => {
    const world = await worldWith(everything);
    await world.land([servicesOf(...ids)]);
    const { freshUntil, stale } = await read(world, { region: 'DE' });
    expect([(Date.parse(freshUntil ?? '') - world.clock.nowMs()) / minuteMs, stale]).toEqual(expected);
  });

  it('counts as one read of the title', async () => {
    const world = await worldWith(everything);
    const reader = world.open({ live: false });
    await reader.title('movie', 550, { details: true });
    await reader.close();
    // And, under `~other`, once as a read with details that had some, with a certification and with services.
    const coverage = { 'q:~other': 1, 'e:~other': 1, 'g:~other': 1, 'v:~other': 1 };
    expect(world.usage.adds.map(({ counters }) => counters)).toEqual([{ 'r:movie/550': 1, ...coverage }]);
  });

  it('has none that nobody asked for', async () => {
    const answer = await readerWorld({ settings }).open({ live: false }).title('movie', 550);
    expect(answer).not.toHaveProperty('details');
    expect(await read(await worldWith(everything), { details: false })).not.toHaveProperty('details');
  });

  it.each([
    [{ language: 'de-DE' }, 'DE', '18'],
    [{ language: 'en-US' }, 'US', 'R'],
    [{ language: 'de-AT' }, 'DE', '18'],
    [{ region: 'US', language: 'de-DE' }, 'US', 'R'],
    [{ region: 'global', language: 'de-DE' }, 'DE', '18'],
    [{ region: 'de' }, 'DE', '18'],
  ])('asked for with %j is of %s', async (options, region, certification) => {
    const { details } = await read(await worldWith(everything), options);
    expect(details).toMatchObject({ region, certification, regionProblem: null, unknown: [] });
  });

  it('says which countries are kept where another one is asked for', async () => {
    const { details, problem } = await read(await worldWith(everything), { region: 'BR' });
    expect(problem).toBeUndefined();
    expect(details).toMatchObject({ region: 'BR', certification: null, watch: null, runtimeMinutes: 139, unknown: [] });
    expect(details?.regionProblem).toBe('certifications and services of BR are not kept: kept are those of DE, US');
  });

  it('that nobody offers has empty lists, which is not unknown', async () => {
    const { details } = await read(await worldWith(everything), { region: 'US' });
    expect(details?.watch).toMatchObject({ link: null, rent: [], subscription: [], fetchedAt: midnight });
  });
});

describe('what is unknown', () => {
  it('is null and said, and the answer is not taken for fresh', async () => {
    const world = await worldWith(sampleItemDetails().parts);
    const { details, stale, freshUntil, fetchedAt } = await read(world);
    const unknown = ['keywords', 'credits', 'certifications', 'watch', 'videos', 'recommendations'];
    expect(details).toMatchObject({
      runtimeMinutes: 139,
      keywords: null,
      cast: null,
      certification: null,
      watch: null,
    });
    expect(details?.unknown).toEqual(unknown);
    expect([stale, freshUntil]).toEqual([true, fetchedAt]);
  });

  it('is asked for a day after the answer that lacked it, and not before', async () => {
    const world = await worldWith(sampleItemDetails().parts);
    await read(world);
    expect(wholeAsked(world)).toEqual([]);
    await world.clock.advance(17 * hourMs);
    await read(world);
    await read(world);
    expect(wholeAsked(world)).toEqual([[550, true, 'en-US']]);
  });

  it('is everything where the table has a card alone; that is answered at once, and the title is asked for', async () => {
    const world = readerWorld({ settings });
    await world.putRows(titled(550, times(world.clock)));
    const { title, details, from } = await read(world);
    expect([title?.title, from, details?.unknown.length]).toEqual(['Film 550', 'table', partsOfAll.length]);
    expect(wholeAsked(world)).toEqual([[550, true, 'en-US']]);
  });

  it('is a country that was not kept yet when the title was fetched', async () => {
    const parts = { ...everything, watch: { watch: { US: null } }, certifications: { certifications: { US: 'R' } } };
    const world = await worldWith(parts);
    expect((await read(world, { region: 'DE' })).details).toMatchObject({
      watch: null,
      certification: null,
      unknown: ['certifications', 'watch'],
    });
    expect((await read(world, { region: 'US' })).details?.unknown).toEqual([]);
  });
});

describe('a part that grows old', () => {
  it('is stale alone past its soft TTL, and the title is asked for behind the answer', async () => {
    const world = await worldWith(everything);
    await world.clock.advance(4 * dayMs);
    const { details, stale } = await read(world);
    expect([stale, details?.stale, details?.unknown]).toEqual([true, ['watch'], []]);
    expect(details?.watch).not.toBeNull();
    expect(wholeAsked(world)).toEqual([[550, true, 'en-US']]);
  });

  it('is unknown past its own hard TTL, while the others stand', async () => {
    const world = await worldWith(everything);
    await world.clock.advance(11 * dayMs);
    const { details } = await read(world);
    expect(details?.unknown).toEqual(['watch']);
    expect(details).toMatchObject({ watch: null, runtimeMinutes: 139, certification: 'R' });
    expect(details?.fetchedAt.watch).toBeNull();
  });

  it('is never served past its hard TTL, and never called fresh past its soft one', async () => {
    const world = await worldWith(everything);
    const reader = world.open({ live: false, pipeline: false });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 * 24 }), async (hours) => {
        await world.clock.advance(hours * hourMs);
        const { details, stale, title } = await reader.title('movie', 550, { details: true });
        const ageHours = (world.clock.nowMs() - Date.parse(midnight)) / hourMs;
        for (const [part, softHours] of Object.entries({ watch: 72, base: 336 })) {
          const isUnknown = partsIn(details?.unknown).includes(part);
          const isStale = partsIn(details?.stale).includes(part);
          expect(isUnknown || ageHours < 3.1 * softHours).toBe(true);
          expect(isUnknown || isStale || ageHours < 1.1 * softHours).toBe(true);
          expect(stale || !(isStale || isUnknown) || title === null).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('requests of whole titles', () => {
  it('bring all kept languages: one job, whichever of them is missing', async () => {
    const world = readerWorld({ settings });
    await world.putRows(titled(550, times(world.clock)));
    await read(world, { language: 'de-DE', details: false });
    await read(world, { language: 'de-DE' });
    await read(world, { language: 'en-US' });
    expect(wholeAsked(world)).toEqual([[550, true, 'en-US']]);
  });

  it('stand beside one for a language that is not kept', async () => {
    const world = readerWorld({ settings });
    await world.putRows(titled(550, times(world.clock)));
    await read(world, { language: 'fr-FR' });
    expect(wholeAsked(world)).toEqual([
      [550, true, 'en-US'],
      [550, false, 'fr-FR'],
    ]);
  });

  it('are not made where details are switched off', async () => {
    const off = { ...settings, details: { ...settings.details, enabled: false } };
    const world = readerWorld({ settings: off });
    await world.putRows(titled(550, times(world.clock)));
    const { stale, details } = await read(world, { language: 'de-DE' });
    expect([stale, details?.unknown.length]).toEqual([false, partsOfAll.length]);
    expect(wholeAsked(world)).toEqual([[550, false, 'de-DE']]);
  });

  it('name the id at IMDb that is known, by which a title that was merged is found', async () => {
    const world = await worldWith(everything);
    await world.clock.advance(4 * dayMs);
    await read(world);
    expect(world.jobs()).toMatchObject([{ id: 550, details: true, imdbId: 'tt0137523' }]);
    const unknown = await worldWith({ base: everything.base });
    await unknown.clock.advance(4 * dayMs);
    await read(unknown);
    expect(unknown.jobs()).toMatchObject([{ id: 550, details: true }]);
    expect(unknown.jobs()[0]).not.toHaveProperty('imdbId');
  });

  it('come again for what was fetched since and is stale once more', async () => {
    const world = await worldWith(everything);
    await world.clock.advance(4 * dayMs);
    await read(world);
    await world.land([
      sampleItemDetails({ parts: everything, fetchedAt: new Date(world.clock.nowMs()).toISOString() }),
    ]);
    await read(world);
    expect(wholeAsked(world)).toHaveLength(1);
    await world.clock.advance(4 * dayMs);
    await read(world);
    expect(wholeAsked(world)).toHaveLength(2);
  });
});

describe('when the table fails', () => {
  it('the card is answered from memory, and the details that are not there are unknown', async () => {
    const world = await worldWith(everything);
    const reader = world.open({ live: false });
    await reader.title('movie', 550);
    world.faults.use(() => Promise.reject(new Error('ECONNREFUSED')));
    const { title, details, problem } = await reader.title('movie', 550, { details: true });
    expect(title?.title).toBe('Fight Club');
    expect(problem?.code).toBe('table_unavailable');
    expect(details?.unknown).toHaveLength(partsOfAll.length);
    await reader.settled();
    expect(world.jobs()).toEqual([]);
  });
});
