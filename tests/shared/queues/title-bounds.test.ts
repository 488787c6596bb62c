/** The bounds of a title are only worth something if a page at all of them still fits: into SQS, and into DynamoDB. */
import { describe, expect, it } from 'vitest';
import {
  type ItemPage,
  itemPageSchema,
  type ListedTitle,
  listedTitleSchema,
} from '../../../src/shared/queues/item-page.ts';
import { messageBody } from '../../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { cardOf, decodeCard, encodeCard, packCards, tryUnpackCards } from '../../../src/shared/tables/card.ts';
import { listPageDraft } from '../../../src/shared/tables/list-page-row.ts';
import { rowBytes } from '../../../src/shared/tables/row.ts';
import { titleDraft } from '../../../src/shared/tables/title-row.ts';
import { samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** SQS quotas and DynamoDB limits, November 2026. */
const sqsBytes = 1_048_576;
const dynamoBytes = 409_600;
/** Room for what an operator's tools and SQS add: attributes of a message. */
const attributeBytes = 5_000;

/** Noise, which no compression makes smaller, from one to three bytes a character. */
const noises: [name: string, from: number, to: number][] = [
  ['ASCII', 0x20, 0x7e],
  ['control characters', 0x01, 0x1f],
  ['quotation marks and backslashes', 0x22, 0x5c],
  ['the basic plane', 0x800, 0xd7ff],
  ['emoji and rare characters', 0x1_0000, 0x10_ffff],
  ['noncharacters', 0xfdd0, 0xffff],
];

function noise(from: number, to: number, seed: number) {
  const random = seededRandom(seed);
  return (units: number): string => {
    let text = '';
    while (text.length < units) {
      text += String.fromCodePoint(from + Math.floor(random.next() * (to - from + 1)));
    }
    return text;
  };
}

/** A title that is too long in each of its members. */
function greatest(n: number, text: (units: number) => string): ListedTitle {
  return sampleTitle({
    rank: n,
    id: Number.MAX_SAFE_INTEGER - n,
    title: text(501),
    originalTitle: text(501),
    overview: text(4_001),
    posterPath: text(120).slice(0, 120),
    backdropPath: text(120).slice(0, 120),
    voteAverage: 9.123_456_789_012_3,
    voteCount: 123_456_789.123_456_7,
    popularity: 98_765_432.123_456_7,
    genreIds: Array.from({ length: 200 }, (_, genre) => Number.MIN_SAFE_INTEGER + genre),
    originalLanguage: text(35).slice(0, 35),
    originCountries: Array.from({ length: 200 }, () => text(4).slice(0, 4)),
    adult: true,
  });
}

function pageOf(rows: number, text: (units: number) => string): ItemPage {
  return itemPageSchema.parse({
    ...samplePage(),
    jobId: 'x'.repeat(200),
    titles: Array.from({ length: rows }, (_, n) => greatest(n + 1, text)),
  });
}

describe.each(noises)('a page of titles at every bound, in %s', (name, from, to) => {
  it.each([20, 45])('of %i rows fits into a message and into a row', (rows) => {
    const page = pageOf(rows, noise(from, to, rows));
    if (rows === 20 && name !== 'control characters' && name !== 'quotation marks and backslashes') {
      expect(page.titles).toHaveLength(20);
    }
    expect(Buffer.byteLength(messageBody(page)) + attributeBytes).toBeLessThan(sqsBytes);
    const row = listPageDraft(page, defaultSettings)?.build();
    expect(rowBytes({ ...row })).toBeLessThan(dynamoBytes);
    const [title] = page.titles;
    const titleRow = titleDraft(
      { language: 'de-DE', fetchedAt: page.fetchedAt },
      title as ListedTitle,
      defaultSettings,
    );
    expect(rowBytes({ ...titleRow.build() })).toBeLessThan(dynamoBytes / 10);
  });
});

describe('a title that is too long', () => {
  const title = (over: Partial<ListedTitle>) => listedTitleSchema.parse(sampleTitle(over));

  it.each(['title', 'originalTitle', 'overview'] as const)('in its %s is cut there, and nowhere else', (member) => {
    const cut = title({ [member]: 'ab'.repeat(300_000) });
    expect(cut[member]).toBe('ab'.repeat(member === 'overview' ? 2_000 : 250));
    expect({ ...cut, [member]: '' }).toEqual({ ...sampleTitle(), [member]: '' });
  });

  it('is not cut within a character', () => {
    expect(title({ title: `a${'🎬'.repeat(400)}` }).title).toBe(`a${'🎬'.repeat(249)}`);
    expect(title({ title: '🎬'.repeat(400) }).title).toBe('🎬'.repeat(250));
  });

  it('keeps no part of what is of no use in part', () => {
    expect(title({ posterPath: `/${'p'.repeat(120)}`, backdropPath: 'b'.repeat(1e6) })).toMatchObject({
      posterPath: null,
      backdropPath: null,
    });
    expect(title({ originalLanguage: 'e'.repeat(500) }).originalLanguage).toBe('');
    expect(title({ originCountries: ['US', 'U'.repeat(500), 'DE'] }).originCountries).toEqual(['US', 'DE']);
  });

  it('keeps the first of too many genres and countries', () => {
    const genreIds = Array.from({ length: 10_000 }, (_, n) => n);
    expect(title({ genreIds }).genreIds).toEqual(genreIds.slice(0, 30));
    expect(title({ originCountries: Array.from({ length: 300 }, () => 'US') }).originCountries).toHaveLength(20);
  });

  it('leaves what is at a bound as it is', () => {
    const full = sampleTitle({
      title: 'a'.repeat(500),
      originalTitle: `${'🎬'.repeat(250)}`,
      overview: 'x'.repeat(4_000),
      posterPath: 'p'.repeat(120),
      originalLanguage: 'l'.repeat(35),
    });
    expect(listedTitleSchema.parse(full)).toEqual(full);
  });
});

describe('a day', () => {
  const none = ['', '0000-00-00', '0000-01-01', '2023-02-29', '2024-13-45', '1999', '15.10.1999', 'x'.repeat(300_000)];

  it.each(none)('that is none is none in a message of an older build, and its title stands (%#)', (releaseDate) => {
    expect(listedTitleSchema.parse(sampleTitle({ releaseDate }))).toEqual(sampleTitle({ releaseDate: null }));
  });

  it.each(none)('that is none is none in a row of an older build (%#)', (releaseDate) => {
    const card = cardOf(sampleTitle());
    expect(tryUnpackCards(packCards([sampleTitle({ releaseDate })]))).toEqual([{ ...card, releaseDate: null }]);
    expect(decodeCard({ ...encodeCard(card), releaseDate }).releaseDate).toBeNull();
  });

  it.each(['1895-12-28', '2024-02-29', '9999-12-31'])('that is one stays: %s', (releaseDate) => {
    expect(listedTitleSchema.parse(sampleTitle({ releaseDate })).releaseDate).toBe(releaseDate);
    expect(decodeCard(encodeCard(cardOf(sampleTitle({ releaseDate })))).releaseDate).toBe(releaseDate);
  });

  it('that is far too long takes no room from the titles beside it', () => {
    const titles = Array.from({ length: 20 }, (_, n) =>
      sampleTitle({ rank: n + 1, id: n + 1, overview: 'x'.repeat(3_900) }),
    );
    const page = {
      ...samplePage(),
      titles: titles.with(0, sampleTitle({ rank: 1, id: 1, releaseDate: '9'.repeat(300_000) })),
    };
    expect(itemPageSchema.parse(page).titles).toHaveLength(20);
  });
});
