import { describe, expect } from 'vitest';
import { certificationsByCountry } from '../../../src/shared/queues/details/certifications.ts';
import { castMembers } from '../../../src/shared/queues/details/people.ts';
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
});
