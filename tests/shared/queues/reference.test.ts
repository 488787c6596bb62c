import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobSchema, referenceJobFor } from '../../../src/shared/queues/fetch-job.ts';
import { itemSchema } from '../../../src/shared/queues/item-page.ts';
import { messageBody, parseMessage } from '../../../src/shared/queues/parse-message.ts';
import {
  type Reference,
  readReference,
  referenceNames,
  referenceSchema,
  type Service,
} from '../../../src/shared/queues/reference.ts';
import { caught } from '../../support/caught.ts';
import { sampleItemReference, sampleReferenceJob } from '../../support/sample-messages.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';
import { without } from '../../support/without.ts';

const images = {
  base_url: 'http://image.tmdb.org/t/p/',
  secure_base_url: 'https://image.tmdb.org/t/p/',
  poster_sizes: ['w92', 'w500', 'original'],
  backdrop_sizes: ['w300', 'original'],
  profile_sizes: ['w45', 'h632', 'original'],
  logo_sizes: ['w45', 'original'],
  still_sizes: ['w92', 'original'],
};

const provider = (id: unknown, name: unknown, priorities: unknown = { US: 1 }, over: object = {}) => ({
  provider_id: id,
  provider_name: name,
  logo_path: `/logo${id}.jpg`,
  display_priority: 7,
  display_priorities: priorities,
  ...over,
});

function services(results: unknown, countries = ['US', 'DE']): Service[] | undefined {
  const read = readReference({ results }, 'movie-services', countries);
  return read?.what === 'movie-services' ? read.services : undefined;
}

describe('where images are', () => {
  it('is the secure address, and the sizes of each kind', () => {
    expect(readReference({ images, change_keys: ['adult'] }, 'configuration', ['US'])).toEqual(
      sampleItemReference().reference,
    );
  });

  it.each([
    ['no images', {}],
    ['no secure address', { images: { ...images, secure_base_url: undefined } }],
    ['an address in plain text', { images: { ...images, secure_base_url: 'http://image.tmdb.org/t/p/' } }],
    ['an address that is markup', { images: { ...images, secure_base_url: 'https://"><script>' } }],
    ['an address without end', { images: { ...images, secure_base_url: `https://${'x'.repeat(200)}` } }],
    ['a list', []],
    ['nothing', null],
  ])('is unknown with %s', (_name, json) => {
    expect(readReference(json, 'configuration', ['US'])).toBeUndefined();
  });

  it('keeps what is a size of each list', () => {
    const odd = { ...images, poster_sizes: ['w92', 7, 'w92', '../x', 'w99999', 'original'], logo_sizes: 'w45' };
    expect(readReference({ images: odd }, 'configuration', [])).toMatchObject({
      images: { posterSizes: ['w92', 'original'], logoSizes: [] },
    });
  });
});

describe('services', () => {
  it('are those of the kept countries, by id, without blanks around their names', () => {
    const rows = [
      provider(30, 'OCS Amazon Channel ', { DE: 9 }),
      provider(8, 'Netflix', { US: 0, FR: 2 }),
      provider(9, 'Elsewhere', { FR: 1 }),
      provider(10, 'Nowhere', {}),
    ];
    expect(services(rows)).toEqual([
      { id: 8, name: 'Netflix', logoPath: '/logo8.jpg' },
      { id: 30, name: 'OCS Amazon Channel', logoPath: '/logo30.jpg' },
    ]);
  });

  it('may share a name, and are told apart by their ids', () => {
    expect(services([provider(1, 'Same'), provider(2, 'Same'), provider(1, 'Again')])?.map(({ id }) => id)).toEqual([
      1, 2,
    ]);
  });

  it.each([
    ['no id', provider(null, 'A')],
    ['the id 0', provider(0, 'A')],
    ['no name', provider(5, '  ')],
    ['a name of another type', provider(5, 7)],
    ['no row at all', null],
  ])('without %s cost only themselves', (_name, row) => {
    expect(services([row, provider(8, 'Netflix')])).toHaveLength(1);
  });

  it('are kept where TMDB says nothing of countries, and have no logo where that is none', () => {
    expect(services([provider(5, 'A', null, { logo_path: null })])).toEqual([{ id: 5, name: 'A', logoPath: null }]);
    expect(services([provider(5, 'A', { US: 1 }, { logo_path: 'x'.repeat(61) })])?.[0]?.logoPath).toBeNull();
  });

  it('are 400 at most, the most prominent of the kept countries', () => {
    const many = Array.from({ length: 450 }, (_, n) => provider(n + 1, `S${n}`, { US: 450 - n }));
    const kept = services(many) ?? [];
    expect(kept).toHaveLength(400);
    expect(kept[0]?.id).toBe(51);
  });

  it('are unknown in an answer without any: there is no such list', () => {
    for (const results of [[], undefined, null, 'x', {}]) {
      expect(services(results)).toBeUndefined();
    }
    expect(services([provider(9, 'Elsewhere', { FR: 1 })])).toEqual([]);
  });

  it('are the same in any order of the rows', () => {
    const rows = Array.from({ length: 8 }, (_, n) => provider(n + 1, `S${n}`, { US: n % 3 }));
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (mixed) => {
        expect(services(mixed)).toEqual(services(rows));
      }),
    );
  });
});

describe('reference data of any JSON', () => {
  it('is unknown, or what a message takes', () => {
    const members = fc.constantFrom('images', 'results', 'secure_base_url', 'provider_id', 'display_priorities');
    const json = fc.oneof(fc.jsonValue(), fc.dictionary(members, fc.jsonValue(), { noNullPrototype: true }));
    fc.assert(
      fc.property(json, fc.constantFrom(...referenceNames), (value, what) => {
        const read = readReference(value, what, ['US']);
        expect(read === undefined || referenceSchema.safeParse(read).success).toBe(true);
      }),
    );
  });

  it('takes less than an SQS message at its bounds, escaped', () => {
    const rows = Array.from({ length: 400 }, (_, n) => provider(n + 1, '\u{1f600}'.repeat(40)));
    const reference = readReference({ results: rows }, 'tv-services', ['US']) as Reference;
    expect(Buffer.byteLength(messageBody(sampleItemReference({ reference })))).toBeLessThan(900_000);
  });
});

describe('messages of reference data', () => {
  it('survive their queues', () => {
    expect(parseMessage(itemSchema, messageBody(sampleItemReference()))).toEqual(sampleItemReference());
    for (const what of referenceNames) {
      const run = { runId: '0badcafe', origin: 'daily', firstSeenAt: '2026-11-23T08:00:00.000Z', snapshot: '' };
      const job = referenceJobFor(run, what, 'not in the table');
      expect(job).toEqual(sampleReferenceJob({ what, jobId: `0badcafe/reference/${what}` }));
      expect(parseMessage(jobSchema, messageBody(job))).toEqual(job);
    }
  });

  it.each(Object.keys(sampleReferenceJob()))('are refused without %s, by name', (member) => {
    const refused = caught(() => parseMessage(jobSchema, JSON.stringify(without(sampleReferenceJob(), member))));
    expect((refused as Error).message.startsWith(`${member}: `)).toBe(true);
  });
});

describe('recorded reference data', () => {
  const countries = ['US', 'DE', 'FR', 'GB', 'JP'];
  const lists = ['openapi-examples/watch-providers-movie.json', 'jdrouet-tmdb-api/watch-provider-tv-list.json'];

  itWithSharedData('has the services of five countries, by hand and as read', 'tmdb/details/index.json', () => {
    for (const file of lists) {
      const raw = readSharedJson(`tmdb/details/${file}`) as { results: Record<string, unknown>[] };
      const wanted = raw.results
        .filter((row) => countries.some((country) => country in (row.display_priorities as object)))
        .map((row) => ({ id: row.provider_id, name: String(row.provider_name).trim(), logoPath: row.logo_path }))
        .sort((a, b) => Number(a.id) - Number(b.id));
      expect(wanted.length).toBeGreaterThan(250);
      const read = readReference(raw, 'tv-services', countries);
      expect(read).toEqual({ what: 'tv-services', countries, services: wanted });
    }
  });

  itWithSharedData('is odd as the facts say: names with blanks and names twice', 'tmdb/details/index.json', () => {
    const file = 'jdrouet-tmdb-api/watch-provider-movie-list.json';
    const raw = readSharedJson(`tmdb/details/${file}`) as { results: { provider_name: string }[] };
    const everywhere = raw.results.map((row) => ({ ...row, display_priorities: undefined }));
    const names = everywhere.map(({ provider_name: name }) => name);
    expect(names.filter((name) => name !== name.trim()).length).toBe(8);
    // All rows fit when they come in two lists.
    const halves = [everywhere.slice(0, 300), everywhere.slice(300)].flatMap((rows) => services(rows) ?? []);
    expect(halves).toHaveLength(names.length);
    expect(halves.every(({ name }) => name === name.trim())).toBe(true);
    expect(halves.length - new Set(halves.map(({ name }) => name)).size).toBeGreaterThanOrEqual(3);
  });

  itWithSharedData('tells where images are', 'tmdb/details/index.json', () => {
    const folder = 'tmdb/details/';
    for (const file of [
      'brettohland-swift-tmdb/Configuration-Details.json',
      'c-eg-themoviedbapi/configuration/details.json',
      'vfalies-tmdb/configurationOk.json',
    ]) {
      const raw = readSharedJson(`${folder}${file}`) as { images: Record<string, unknown> };
      expect(readReference(raw, 'configuration', countries)).toEqual({
        what: 'configuration',
        images: {
          baseUrl: raw.images.secure_base_url,
          posterSizes: raw.images.poster_sizes,
          backdropSizes: raw.images.backdrop_sizes,
          profileSizes: raw.images.profile_sizes,
          logoSizes: raw.images.logo_sizes,
          stillSizes: raw.images.still_sizes,
        },
      });
    }
  });
});
