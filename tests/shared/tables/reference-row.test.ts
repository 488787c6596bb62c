import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reference, Service } from '../../../src/shared/queues/reference.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  dueReferences,
  type ReferenceRow,
  type ReferenceRows,
  referenceDraft,
  referenceRowSchema,
  referenceRowsOf,
  servicesById,
} from '../../../src/shared/tables/reference-row.ts';
import { rowBytes, writeUnitsFor } from '../../../src/shared/tables/row.ts';
import { sampleImages } from '../../support/sample-messages.ts';

type Came = { fetchedAt: string; reference: Reference };
const day = (n: number) => `2026-11-${String(n).padStart(2, '0')}T08:00:07.250Z`;
const service = (id: number, name = `Service ${id}`): Service => ({ id, name, logoPath: `/logo${id}.jpg` });
const listOf = (
  what: 'movie-services' | 'tv-services',
  services: Service[],
  countries: string[] = ['US'],
): Reference => ({ what, countries, services });
const configuration: Reference = { what: 'configuration', images: sampleImages() };
const films = listOf('movie-services', [service(8), service(9)]);
const series = listOf('tv-services', [service(8), service(30)]);

/** The rows of what came, in this order. */
function rowsOf(came: readonly Came[], settings = defaultSettings): ReferenceRows {
  const rows = new Map<string, ReferenceRow>();
  for (const one of came) {
    const draft = referenceDraft(one, settings);
    rows.set(draft.mediaType, draft.over(rows.get(draft.mediaType)).build());
  }
  return referenceRowsOf([...rows.values()]);
}

const all = [configuration, films, series].map((reference) => ({ fetchedAt: day(23), reference }));
const namesOf = ({ services }: ReferenceRows, atMs = Date.parse(day(24))) =>
  [...servicesById(services, atMs).values()].map(({ id, name }) => `${id} ${name}`).sort();

describe('rows of reference data', () => {
  it('are one of where images are, and one of services, which the lists of films and series share', () => {
    const rows = rowsOf(all);
    for (const row of [rows.configuration, rows.services]) {
      expect(referenceRowSchema.parse(row)).toEqual(row);
    }
    expect(rows.configuration).toMatchObject({
      mediaId: 'reference',
      mediaType: 'configuration',
      fetchedAt: '2026-11-23T00:00:00.000Z',
      images: { baseUrl: 'https://image.tmdb.org/t/p/', posterSizes: ['w92', 'w500', 'original'] },
    });
    expect(rows.services).toMatchObject({ mediaId: 'reference', mediaType: 'services' });
    expect(namesOf(rows)).toEqual(['30 Service 30', '8 Service 8', '9 Service 9']);
  });

  it('are stale after about a week, and expired after three', () => {
    for (const row of Object.values(rowsOf(all))) {
      const days = (until: number) => (until - Date.parse(row.fetchedAt)) / 86_400_000;
      expect(Math.abs(days(Date.parse(row.freshUntil)) - 7)).toBeLessThan(0.8);
      expect(days(row.expiresAt * 1_000)).toBeGreaterThanOrEqual(21);
      expect(days(row.expiresAt * 1_000)).toBeLessThan(21.8);
    }
  });

  it('keep a list that does not come again, with its age, and forget it when it is expired', () => {
    const rows = rowsOf([...all, { fetchedAt: '2026-12-10T08:00:00.000Z', reference: series }]);
    expect(namesOf(rows, Date.parse('2026-12-11T00:00:00.000Z'))).toContain('9 Service 9');
    expect(namesOf(rows, Date.parse('2026-12-20T00:00:00.000Z'))).toEqual(['30 Service 30', '8 Service 8']);
    expect(servicesById(undefined, 0).size).toBe(0);
  });

  it('have of two names of a service the later one', () => {
    const renamed = listOf('movie-services', [service(8, 'Renamed')]);
    const came = [...all, { fetchedAt: day(25), reference: renamed }];
    expect(namesOf(rowsOf(came))).toEqual(['30 Service 30', '8 Renamed']);
    expect(namesOf(rowsOf([...came].reverse()))).toEqual(['30 Service 30', '8 Renamed']);
  });

  it('do not change with what they hold already', () => {
    const again = all.map((one) => ({ ...one, fetchedAt: '2026-11-23T11:59:59.000Z' }));
    const earlier = all.map((one) => ({ ...one, fetchedAt: day(9) }));
    expect(rowsOf([...all, ...again, ...earlier])).toEqual(rowsOf(all));
  });

  it('are the same in any order of what came, however often', () => {
    const reference = fc.oneof(
      fc.constantFrom<string[]>(['w92'], ['w500', 'original']).map((posterSizes): Reference => {
        return { what: 'configuration', images: { ...sampleImages(), posterSizes } };
      }),
      fc
        .tuple(
          fc.constantFrom('movie-services' as const, 'tv-services' as const),
          fc.subarray([1, 2, 3]),
          fc.constantFrom<string[]>(['US'], ['US', 'DE']),
        )
        .map(([what, ids, countries]) =>
          listOf(
            what,
            ids.map((id) => service(id)),
            countries,
          ),
        ),
    );
    const one = fc.record(
      { fetchedAt: fc.constantFrom(day(3), day(23), '2026-11-23T20:00:00.000Z'), reference },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc
          .array(one, { minLength: 1, maxLength: 5 })
          .chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
            ),
          ),
        ([list, mixed]) => {
          expect(rowsOf(mixed)).toEqual(rowsOf(list));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('grow in version with every join that changes them', () => {
    const versions = [all, [...all, { fetchedAt: day(24), reference: series }]].map(
      (came) => rowsOf(came).services?.version ?? '',
    );
    expect((versions[1] ?? '') > (versions[0] ?? '')).toBe(true);
  });

  it('fit into an item of DynamoDB at the bounds of everything in them', () => {
    const hash = (n: number) => (Math.imul(n, 2_654_435_761) >>> 0).toString(36).padStart(7, 'x');
    const noise = (n: number, letters: number) =>
      Array.from({ length: letters }, (_, k) =>
        String.fromCodePoint(0x4e00 + ((Math.imul(n * 97 + k, 40_503) >>> 8) % 20_000)),
      ).join('');
    const full = (from: number) =>
      Array.from({ length: 400 }, (_, n) => ({
        id: from + n,
        name: noise(from + n, 80),
        logoPath: `/${hash(from + n)}${hash(n * 31)}${hash(n * 77)}`.padEnd(60, 'y'),
      }));
    const { services } = rowsOf(
      [listOf('movie-services', full(1)), listOf('tv-services', full(1_000))].map((reference) => ({
        fetchedAt: day(23),
        reference,
      })),
    );
    expect(rowBytes(services ?? {})).toBeLessThan(400_000);
    expect(servicesById(services, 0).size).toBe(800);
  });

  it('take a few write units a week', () => {
    const many = (from: number) => Array.from({ length: 300 }, (_, n) => service(from + n, `Service of ${from + n}`));
    const { configuration: images, services } = rowsOf([
      ...all.slice(0, 1),
      { fetchedAt: day(23), reference: listOf('movie-services', many(1)) },
      { fetchedAt: day(23), reference: listOf('tv-services', many(20)) },
    ]);
    expect(writeUnitsFor(rowBytes(images ?? {}))).toBe(1);
    expect(writeUnitsFor(rowBytes(services ?? {}))).toBeLessThan(10);
  });

  it('count as absent where they are damaged', () => {
    const rows = rowsOf(all);
    const damaged = [
      { ...rows.services, parts: new Uint8Array([1, 2, 3]) },
      { ...rows.services, parts: 'x' },
      { ...rows.services, schemaVersion: 2 },
      rows.configuration,
      {},
    ];
    for (const stored of damaged) {
      const row = referenceDraft({ fetchedAt: day(23), reference: films }, defaultSettings)
        .over(stored)
        .build();
      expect(namesOf({ services: row as never })).toEqual(['8 Service 8', '9 Service 9']);
    }
    const images = referenceDraft({ fetchedAt: day(23), reference: configuration }, defaultSettings);
    expect(images.over({ ...rows.configuration, images: 7 }).build()).toEqual(rows.configuration);
    expect(images.over(rows.services).build()).toEqual(rows.configuration);
  });
});

describe('what is to be fetched', () => {
  const atMs = Date.parse(day(24));
  const due = (rows: ReferenceRows, nowMs = atMs, settings = defaultSettings) =>
    dueReferences(rows, nowMs, settings).map(([what, why]) => `${what}: ${why}`);

  it('is everything at first, and nothing while all is fresh', () => {
    expect(due({})).toEqual([
      'configuration: not in the table',
      'movie-services: not in the table',
      'tv-services: not in the table',
    ]);
    expect(due(rowsOf(all))).toEqual([]);
  });

  it('is what is missing, and what is stale or expired', () => {
    expect(due(rowsOf(all.slice(0, 2)))).toEqual(['tv-services: not in the table']);
    const later = Date.parse('2026-12-05T00:00:00.000Z');
    expect(due(rowsOf(all), later)).toEqual([
      expect.stringMatching(/^configuration: stale since 2026-(11-29|11-30|12-0)/),
      expect.stringMatching(/^movie-services: stale since /),
      expect.stringMatching(/^tv-services: stale since /),
    ]);
    expect(due(rowsOf(all), Date.parse('2027-01-05T00:00:00.000Z'))).toHaveLength(3);
    expect(due(rowsOf([...all, { fetchedAt: '2026-12-04T08:00:00.000Z', reference: series }]), later)).toHaveLength(2);
  });

  it('is services again once another country is kept', () => {
    const settings = {
      ...defaultSettings,
      regions: [
        { region: 'US', language: 'en-US' },
        { region: 'DE', language: 'de-DE' },
      ],
    };
    expect(due(rowsOf(all), atMs, settings)).toEqual([
      'movie-services: made without DE',
      'tv-services: made without DE',
    ]);
    expect(due(rowsOf(all), atMs, { ...settings, regions: settings.regions.slice(0, 1) })).toEqual([]);
  });
});
