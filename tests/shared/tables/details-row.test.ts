import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, stableHash } from '../../../src/shared/core/stable-hash.ts';
import { partNames, type TitleParts } from '../../../src/shared/queues/details/title-parts.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { type DetailsRow, detailsDraft, detailsRowSchema, partsOf } from '../../../src/shared/tables/details-row.ts';
import { rowBytes, writeUnitsFor } from '../../../src/shared/tables/row.ts';
import { normalizeWholeTitle } from '../../../src/shared/tmdb/normalize-whole-title.ts';
import { arbitraryParts } from '../../support/arbitrary-details.ts';
import { detailsFolder, wholeRecordings } from '../../support/recorded-titles.ts';
import { itWithSharedData } from '../../support/shared-data.ts';
import { wholeMovie } from '../../support/tmdb-details.ts';

const film = { mediaType: 'movie', id: 550 } as const;
const day = (n: number) => `2026-11-${String(n).padStart(2, '0')}T08:00:07.250Z`;

/** The row of what came, in this order. */
function rowOf(...came: [fetchedAt: string, parts: TitleParts][]): DetailsRow {
  let row: DetailsRow | undefined;
  for (const [fetchedAt, parts] of came) {
    row = detailsDraft({ ...film, fetchedAt }, parts, defaultSettings)
      .over(row)
      .build();
  }
  return row as DetailsRow;
}

const whole = normalizeWholeTitle(wholeMovie(), 'movie', 550, defaultSettings)?.parts as TitleParts;

describe('a row of details', () => {
  it('has the parts with their times, and their times together', () => {
    const row = rowOf([day(23), whole]);
    expect(detailsRowSchema.parse(row)).toEqual(row);
    expect(row).toMatchObject({
      mediaId: '550',
      mediaType: 'movie+details',
      fetchedAt: '2026-11-23T00:00:00.000Z',
      source: 'tmdb',
    });
    const parts = partsOf(row);
    expect(Object.keys(parts)).toEqual(partNames);
    expect(parts.base).toMatchObject({
      ...whole.base,
      fetchedAt: '2026-11-23T00:00:00.000Z',
      expiresAt: row.expiresAt,
    });
    // Where to watch it is stale first, and so is the row.
    expect(parts.watch?.freshUntil).toBe(row.freshUntil);
    expect(Date.parse(row.freshUntil)).toBeLessThan(Date.parse(day(27)));
    expect(parts.watch?.expiresAt).toBeLessThan(row.expiresAt);
  });

  it('keeps a part that a later answer lacks, with the age that it has', () => {
    const { credits, ...others } = whole;
    const row = rowOf([day(10), whole], [day(23), others]);
    const parts = partsOf(row);
    expect(parts.credits).toMatchObject({ ...credits, fetchedAt: '2026-11-10T00:00:00.000Z' });
    expect(parts.base?.fetchedAt).toBe('2026-11-23T00:00:00.000Z');
    expect(row.fetchedAt).toBe('2026-11-23T00:00:00.000Z');
  });

  it('keeps a part that an earlier answer has and it does not', () => {
    const { credits: _credits, ...others } = whole;
    expect(partsOf(rowOf([day(23), others], [day(10), whole])).credits?.fetchedAt).toBe('2026-11-10T00:00:00.000Z');
  });

  it('does not change with what it holds already', () => {
    const row = rowOf([day(23), whole]);
    expect(rowOf([day(23), whole], ['2026-11-23T11:59:59.000Z', whole], [day(10), whole])).toEqual(row);
  });

  it('is the same in any order of what came, however often', () => {
    const came = fc.array(
      fc.tuple(fc.constantFrom(day(3), day(4), day(23), '2026-11-23T20:00:00.000Z'), arbitraryParts),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(
        came.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
        ),
        ([inOrder, mixed]) => {
          expect(rowOf(...mixed)).toEqual(rowOf(...inOrder));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('never has a smaller version than before, and a greater one when a part of it is newer', () => {
    fc.assert(
      fc.property(arbitraryParts, arbitraryParts, (a, b) => {
        const before = rowOf([day(23), a]);
        const after = rowOf([day(23), a], [day(24), b]);
        expect(after.version >= before.version).toBe(true);
        expect(after.version > before.version).toBe(Object.keys(b).length > 0);
        expect(after.version.length).toBe(before.version.length);
      }),
    );
  });

  it('holds what came, once it is unpacked', () => {
    fc.assert(
      fc.property(arbitraryParts, (parts) => {
        const stored = partsOf(rowOf([day(23), parts]));
        expect(Object.keys(stored).sort()).toEqual(Object.keys(parts).sort());
        expect(stored).toMatchObject(parts);
      }),
    );
  });
});

describe('a row that is damaged', () => {
  const row = rowOf([day(23), whole]);

  it.each([
    ['bytes that are no Brotli', { parts: new Uint8Array([1, 2, 3]) }],
    ['no JSON', { parts: new Uint8Array(brotliCompressSync('{')) }],
    ['JSON of something else', { parts: new Uint8Array(brotliCompressSync('[1]')) }],
    ['a part without times', { parts: new Uint8Array(brotliCompressSync('{"base":{}}')) }],
    ['a text', { parts: 'parts' }],
    [
      'a part that unpacks to more than any',
      { parts: new Uint8Array(brotliCompressSync(`{"x":"${'x'.repeat(2_000_000)}"}`)) },
    ],
    ['another layout', { schemaVersion: 2 }],
    ['no version', { version: undefined }],
    ['a part that is a text', { parts: new Uint8Array(brotliCompressSync('{"base":"x"}')) }],
  ])('counts as absent: %s', (_name, over) => {
    const damaged = { ...row, ...over };
    expect(partsOf(damaged)).toEqual({});
    expect(
      detailsDraft({ ...film, fetchedAt: day(23) }, whole, defaultSettings)
        .over(damaged)
        .build(),
    ).toEqual(row);
  });
});

describe('a row with a part that cannot be read', () => {
  it('keeps the others', () => {
    const row = rowOf([day(23), whole]);
    const json = JSON.parse(brotliDecompressSync(row.parts).toString());
    for (const base of [7, null, {}, { ...json.base, runtimeMinutes: 'long' }, { ...json.base, fetchedAt: 'then' }]) {
      const damaged = { ...row, parts: new Uint8Array(brotliCompressSync(JSON.stringify({ ...json, base }))) };
      expect(Object.keys(partsOf(damaged))).toEqual(partNames.filter((name) => name !== 'base'));
      const joined = detailsDraft({ ...film, fetchedAt: day(24) }, { base: whole.base }, defaultSettings).over(damaged);
      expect(partsOf(joined.build())).toMatchObject(whole);
    }
  });
});

describe('a row of an earlier release, which did not have a field yet', () => {
  it('is not written again, and its version does not change, before something newer comes', () => {
    const row = rowOf([day(23), whole]);
    const json = JSON.parse(brotliDecompressSync(row.parts).toString());
    const { status: _status, ...base } = json.base;
    const version = `${row.version.slice(0, 8)}00000000${row.version.slice(16)}`;
    const earlier = { ...row, version, parts: new Uint8Array(brotliCompressSync(JSON.stringify({ ...json, base }))) };
    const joined = detailsDraft({ ...film, fetchedAt: day(10) }, whole, defaultSettings).over(earlier);
    expect(joined.version).toBe(version);
    expect(partsOf(joined.build()).base).toMatchObject({ status: null });
    const newer = detailsDraft({ ...film, fetchedAt: day(24) }, whole, defaultSettings).over(earlier);
    expect(partsOf(newer.build())).toMatchObject(whole);
  });
});

describe('a row of a later release', () => {
  const row = rowOf([day(23), whole]);
  const times = {
    fetchedAt: '2026-11-23T00:00:00.000Z',
    freshUntil: '2026-12-01T00:00:00.000Z',
    expiresAt: 1_800_000_000,
  };
  const mood = { ...times, mood: ['dark'], nested: { a: 1 } };

  /** As a release writes it that has one more part, and one more field in the base. */
  function laterRow(over: Record<string, unknown> = { mood }): DetailsRow {
    const json = JSON.parse(brotliDecompressSync(row.parts).toString());
    const base = { ...json.base, homepage: 'https://film.example' };
    const ours = detailsDraft({ ...film, fetchedAt: day(23) }, {}, defaultSettings).over({
      ...row,
      parts: new Uint8Array(brotliCompressSync(JSON.stringify({ ...json, base }))),
    });
    const parts = new Uint8Array(brotliCompressSync(JSON.stringify({ ...json, base, ...over })));
    // Times and digests, sixteen characters for each part; that of the credits is the third.
    const places = ours.version.match(/.{16}/g) ?? [];
    if (over.credits !== undefined) {
      const { fetchedAt: _f, freshUntil: _u, expiresAt: _e, ...content } = over.credits as Record<string, unknown>;
      places[2] = `${places[2]?.slice(0, 8)}${stableHash(canonicalJson(content), 8)}`;
    }
    return { ...row, version: `${places.join('')}0000abcdfedcba98`, parts };
  }
  const unpacked = ({ parts }: DetailsRow) => JSON.parse(brotliDecompressSync(parts).toString());

  it('keeps its unknown part and field when this one has nothing newer', () => {
    const later = laterRow();
    for (const came of [{}, { base: whole.base }, whole]) {
      const joined = detailsDraft({ ...film, fetchedAt: day(10) }, came, defaultSettings).over(later);
      expect(joined.version).toBe(later.version);
      expect(unpacked(joined.build())).toEqual(unpacked(later));
    }
  });

  it('keeps what it has more of, or of other values, within a field: this release looks at the time alone', () => {
    const person = { id: 1, name: 'Somebody', character: null, profilePath: null, gender: 2 };
    const credits = {
      ...times,
      cast: Array.from({ length: 15 }, (_, n) => ({ ...person, id: n + 1 })),
      crew: [{ id: 7, name: 'Somebody', job: 'Producer' }],
    };
    const { credits: _credits, ...others } = whole;
    for (const came of [{}, others, whole]) {
      const later = laterRow({ mood, credits });
      const joined = detailsDraft({ ...film, fetchedAt: day(10) }, came, defaultSettings).over(later);
      expect(joined.version).toBe(later.version);
      expect(unpacked(joined.build())).toEqual(unpacked(later));
    }
    const newer = detailsDraft({ ...film, fetchedAt: day(25) }, others, defaultSettings).over(laterRow({ credits }));
    expect(unpacked(newer.build()).credits).toEqual(credits);
    const all = detailsDraft({ ...film, fetchedAt: day(25) }, whole, defaultSettings).over(laterRow({ credits }));
    expect(unpacked(all.build()).credits).toMatchObject({ ...whole.credits });
  });

  it('keeps its unknown part when this one has something newer, and the version grows', () => {
    const later = laterRow();
    const joined = detailsDraft({ ...film, fetchedAt: day(25) }, { keywords: whole.keywords }, defaultSettings)
      .over(later)
      .build();
    expect(unpacked(joined)).toMatchObject({ mood, base: { homepage: 'https://film.example' } });
    expect(partsOf(joined).keywords?.fetchedAt).toBe('2026-11-25T00:00:00.000Z');
    expect(joined.version > later.version).toBe(true);
    expect(joined.version.endsWith('0000abcdfedcba98')).toBe(true);
    expect(detailsRowSchema.parse(joined)).toEqual(joined);
  });

  it('is joined in any order to the same row', () => {
    fc.assert(
      fc.property(arbitraryParts, arbitraryParts, (a, b) => {
        const over = (stored: DetailsRow, n: number, parts: TitleParts) =>
          detailsDraft({ ...film, fetchedAt: day(n) }, parts, defaultSettings)
            .over(stored)
            .build();
        const later = laterRow();
        expect(over(over(later, 24, a), 25, b)).toEqual(over(over(over(later, 25, b), 24, a), 24, a));
      }),
      { numRuns: 40 },
    );
  });

  it('loses nothing of this release by a tail that nobody knows', () => {
    const odd = { ...row, version: `${row.version}whatever` };
    const joined = detailsDraft({ ...film, fetchedAt: day(10) }, whole, defaultSettings).over(odd);
    expect(joined.build()).toEqual(row);
  });
});

describe('recorded titles', () => {
  const settings = {
    ...defaultSettings,
    regions: ['US/en-US', 'DE/de-DE', 'FR/fr-FR', 'GB/en-GB', 'JP/ja-JP'].map((place) => ({
      region: place.slice(0, 2),
      language: place.slice(3),
    })),
  };

  itWithSharedData('take at most two write units with five countries', `${detailsFolder}/index.json`, () => {
    for (const { mediaType, answer } of wholeRecordings()) {
      const { parts } = normalizeWholeTitle(answer, mediaType, answer.id, settings) ?? { parts: {} };
      const row = detailsDraft({ mediaType, id: answer.id, fetchedAt: day(23) }, parts, settings)
        .over(undefined)
        .build();
      expect(partsOf(row)).toMatchObject(parts);
      expect(writeUnitsFor(rowBytes(row))).toBe(2);
      // Room for what other titles have more of.
      expect(rowBytes(row)).toBeLessThan(2_000);
    }
  });
});
