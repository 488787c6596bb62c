import { describe, expect } from 'vitest';
import { certificationsByCountry } from '../../../src/shared/queues/details/certifications.ts';
import { castMembers, crewMembers } from '../../../src/shared/queues/details/people.ts';
import { titlePartsSchema } from '../../../src/shared/queues/details/title-parts.ts';
import { describedTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings, keptCountries, keptLanguages } from '../../../src/shared/settings/settings.ts';
import { normalizeWholeTitle } from '../../../src/shared/tmdb/normalize-whole-title.ts';
import {
  appendedRecordings,
  detailRecordings,
  detailsFolder,
  partRecordings,
  type RecordedTitle,
  recordedBody,
  wholeRecordings,
} from '../../support/recorded-titles.ts';
import { itWithSharedData } from '../../support/shared-data.ts';
import { type Json, titleProblems } from '../../support/title-comparer.ts';

const index = `${detailsFolder}/index.json`;
const places = [
  'US/en-US',
  'DE/de-DE',
  'FR/fr-FR',
  'JP/ja-JP',
  'IN/hi-IN',
  'AU/en-AU',
  'ES/es-ES',
  'PT/pt-PT',
  'MX/es-MX',
  'BR/pt-BR',
];
const settings = {
  ...defaultSettings,
  regions: places.map((place) => ({ region: place.slice(0, 2), language: place.slice(3) })),
};
const kept = { languages: keptLanguages(settings), countries: keptCountries(settings) };

function problemsOf({ mediaType, answer }: RecordedTitle): string[] {
  const whole = normalizeWholeTitle(answer, mediaType, answer.id, settings);
  if (whole === undefined) {
    return ['it is no title'];
  }
  expect(titlePartsSchema.parse(whole.parts)).toEqual(whole.parts);
  for (const { title } of whole.cards) {
    expect(describedTitleSchema.parse(title)).toEqual(title);
  }
  return titleProblems(answer, mediaType, whole, kept);
}

describe('recorded answers about one title', () => {
  itWithSharedData('with parts appended say field by field what TMDB said', index, () => {
    const recordings = appendedRecordings();
    expect(recordings.length).toBeGreaterThanOrEqual(14);
    expect(recordings.flatMap((one) => problemsOf(one).map((problem) => `${one.name}: ${problem}`))).toEqual([]);
  });

  itWithSharedData('put together of recorded parts say it too', index, () => {
    for (const one of wholeRecordings()) {
      expect(problemsOf(one)).toEqual([]);
      const parts = normalizeWholeTitle(one.answer, one.mediaType, one.answer.id, settings)?.parts ?? {};
      expect(Object.keys(parts)).toHaveLength(8);
    }
  });

  itWithSharedData('of each part alone', index, () => {
    const recordings = partRecordings();
    expect(recordings.length).toBeGreaterThanOrEqual(60);
    expect(recordings.flatMap((one) => problemsOf(one).map((problem) => `${one.name}: ${problem}`))).toEqual([]);
  });

  itWithSharedData('are compared by what would see a difference', index, () => {
    const [film] = wholeRecordings();
    const whole = normalizeWholeTitle(film?.answer, 'movie', 550, settings) as NonNullable<
      ReturnType<typeof normalizeWholeTitle>
    >;
    const changed = {
      cards: whole.cards.slice(1),
      parts: { ...whole.parts, base: { ...whole.parts.base, runtimeMinutes: 138 }, videos: undefined },
    };
    expect(titleProblems(film?.answer as object, 'movie', changed, kept).length).toBeGreaterThan(3);
  });
});

/** All bodies of a part, alone and appended. */
function bodiesOf(member: string): Json[] {
  return detailRecordings().flatMap(({ file, endpoint }) => {
    if (endpoint === `movie/{id}/${member}`) {
      return [recordedBody(file)];
    }
    return endpoint.startsWith('movie/{id}?') ? [recordedBody(file)[member]].filter(Boolean) : [];
  });
}

describe('how often the recordings are odd', () => {
  itWithSharedData('in certifications: 79 of 200 countries have none', index, () => {
    const groups = bodiesOf('release_dates').flatMap(({ results }) => results as Json[]);
    const read = groups.map((group) => {
      const country = String(group.iso_3166_1);
      const first = String(group.release_dates[0]?.certification ?? '').trim() || null;
      const all = certificationsByCountry.read([[group]], { countries: [country], language: 'en' });
      return { text: all[country] ?? null, first };
    });
    expect(read).toHaveLength(200);
    expect(read.filter(({ text }) => text === null)).toHaveLength(79);
    // In seven countries only a later row has one.
    expect(read.filter(({ text, first }) => text !== null && first === null)).toHaveLength(7);
  });

  itWithSharedData('in casts: 99 of 341 rows have no photo, and each person is kept once', index, () => {
    const casts = bodiesOf('credits').map(({ cast }) => cast as Record<string, unknown>[]);
    expect(casts.flat()).toHaveLength(341);
    // Read one by one, so that the bound drops none.
    const read = casts.flat().flatMap((row) => castMembers.read([[row]], { countries: [], language: 'en' }));
    expect(read.filter(({ profilePath }) => profilePath === null)).toHaveLength(99);
    for (const cast of casts) {
      const few = castMembers.read([cast], { countries: [], language: 'en' });
      expect(new Set(few.map(({ id }) => id)).size).toBe(few.length);
      expect(few).toHaveLength(Math.min(10, cast.length));
    }
  });

  itWithSharedData('in translations: 7 to 9 titles and 12 to 22 names are empty, which is the original', index, () => {
    const counted = translationRecordings().map(({ file, mediaType, body }) => {
      const member = mediaType === 'movie' ? 'title' : 'name';
      const empty = (body.translations as Json[]).filter(({ data }) => data[member] === '');
      const languages = empty.map((row) => `${row.iso_639_1}-${row.iso_3166_1}`);
      const regions = languages.map((language) => ({ region: language.slice(-2), language }));
      const answer = { id: 7, ...originals(mediaType), translations: body };
      const cards = normalizeWholeTitle(answer, mediaType, 7, { ...defaultSettings, regions })?.cards ?? [];
      const others = cards.filter(({ language }) => language !== 'en-US');
      expect(others.map(({ title }) => title.title)).toEqual(others.map(() => 'Original'));
      expect(others.map(({ language }) => language).sort()).toEqual(
        [...new Set(languages)].filter((language) => language !== 'en-US').sort(),
      );
      return [file.slice(0, 4), mediaType, empty.length];
    });
    expect(counted).toEqual([
      ['c-eg', 'movie', 7],
      ['c-eg', 'tv', 12],
      ['jdro', 'movie', 9],
      ['bret', 'tv', 22],
      ['18mo', 'movie', 7],
      ['18mo', 'tv', 16],
      ['open', 'movie', 7],
      ['open', 'tv', 12],
    ]);
  });

  itWithSharedData('in overviews: one to four languages have a title and no overview, which stays empty', index, () => {
    const counts = translationRecordings().map(({ mediaType, body }) => {
      const empty = (body.translations as Json[]).filter(({ data }) => data.overview === '');
      for (const row of empty) {
        const language = `${row.iso_639_1}-${row.iso_3166_1}`;
        const regions = [{ region: row.iso_3166_1 as string, language }];
        const answer = { id: 7, ...originals(mediaType), overview: 'In English.', translations: body };
        const cards = normalizeWholeTitle(answer, mediaType, 7, { ...defaultSettings, regions })?.cards;
        expect(cards?.find((card) => card.language === language)?.title.overview).toBe('');
      }
      return empty.length;
    });
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBe(4);
  });

  itWithSharedData('in recommendations: 21 rows, of which 20 are kept', index, () => {
    const lists = appendedRecordings().flatMap(({ answer, mediaType }) =>
      answer.recommendations ? [{ body: answer.recommendations as Json, mediaType }] : [],
    );
    const long = lists.filter(({ body }) => body.results.length === 21);
    expect(long.length).toBeGreaterThanOrEqual(2);
    for (const { body, mediaType } of long) {
      const answer = { id: 7, ...originals(mediaType), recommendations: body };
      const kept = normalizeWholeTitle(answer, mediaType, 7, settings)?.parts.recommendations?.recommendations;
      expect(kept?.map(({ id }) => id)).toEqual(body.results.slice(0, 20).map(({ id }: Json) => id));
    }
  });

  itWithSharedData(
    'in aggregated crews: 10 to 18 persons stand twice, once a department, and once a job here',
    index,
    () => {
      const crews = detailRecordings()
        .filter(({ endpoint }) => endpoint === 'tv/{id}/aggregate_credits')
        .map(({ file }) => recordedBody(file).crew as Json[]);
      const twice = crews.map((crew) => crew.length - new Set(crew.map(({ id }) => id)).size);
      expect(twice.sort((a, b) => a - b)).toEqual([10, 10, 18]);
      for (const crew of crews) {
        const kept = crewMembers.read([[], crew], { countries: [], language: 'en' });
        expect(kept.length).toBeGreaterThan(3);
        expect(new Set(kept.map(({ id, job }) => `${id} ${job}`)).size).toBe(kept.length);
      }
    },
  );

  itWithSharedData('in ratings of series: nine countries have two, of which the strictest is kept', index, () => {
    const twice = detailRecordings()
      .filter(({ endpoint }) => endpoint === 'tv/{id}/content_ratings')
      .flatMap(({ file }) => {
        const byCountry = Map.groupBy(recordedBody(file).results as Json[], (row) => String(row.iso_3166_1));
        return [...byCountry].filter(([, rows]) => rows.length > 1);
      });
    expect(
      twice
        .map(([country]) => country)
        .sort()
        .join(' '),
    ).toBe('AU BR ES ES FR IN MX PT PT');
    for (const [country, rows] of twice) {
      const kept = certificationsByCountry.read([rows], { countries: [country], language: 'en' })[country];
      expect(rows.map(({ rating }) => rating)).toContain(kept);
    }
  });
});

function translationRecordings() {
  return detailRecordings().flatMap(({ file, endpoint }) => {
    const [, mediaType] = /^(movie|tv)\/\{id\}\/translations$/.exec(endpoint) ?? [];
    return mediaType === undefined ? [] : [{ file, mediaType: mediaType as 'movie' | 'tv', body: recordedBody(file) }];
  });
}

function originals(mediaType: 'movie' | 'tv') {
  return mediaType === 'movie'
    ? { title: 'English', original_title: 'Original' }
    : { name: 'English', original_name: 'Original' };
}
