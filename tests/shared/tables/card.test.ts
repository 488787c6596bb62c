import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardFields } from '../../../src/shared/queues/card-fields.ts';
import { cardOf, decodeCard, encodeCard, storedCardSchema } from '../../../src/shared/tables/card.ts';
import { arbitraryTitle } from '../../support/arbitrary-page.ts';
import { sampleTitle } from '../../support/sample-messages.ts';

const arbitraryCard = arbitraryTitle.map(cardOf);

describe('card', () => {
  it('comes back as it was stored, in any script', () => {
    fc.assert(
      fc.property(arbitraryCard, (card) => {
        expect(decodeCard(encodeCard(card))).toEqual(card);
      }),
    );
  });

  it('is stored in the row’s own shape', () => {
    fc.assert(
      fc.property(arbitraryCard, (card) => {
        const stored = encodeCard(card);
        expect(storedCardSchema.parse(stored)).toEqual(stored);
      }),
    );
  });

  it('keeps apart what is empty and what is missing', () => {
    const card = cardOf(sampleTitle({ posterPath: '', backdropPath: null, originalTitle: '', releaseDate: null }));
    expect(decodeCard(encodeCard(card))).toEqual(card);
  });

  it('stores no attribute for what is empty', () => {
    const bare = sampleTitle({
      overview: '',
      posterPath: null,
      backdropPath: null,
      releaseDate: null,
      genreIds: [],
      originCountries: [],
    });
    expect(Object.keys(encodeCard(cardOf(bare))).sort()).toEqual([
      'originalLanguage',
      'popularity',
      'title',
      'voteAverage',
      'voteCount',
    ]);
  });

  it('stores an original title only where it differs, and a mark only for adults', () => {
    expect(encodeCard(cardOf(sampleTitle()))).not.toHaveProperty('originalTitle');
    expect(encodeCard(cardOf(sampleTitle({ originalTitle: '搏擊俱樂部' })))).toHaveProperty(
      'originalTitle',
      '搏擊俱樂部',
    );
    expect(encodeCard(cardOf(sampleTitle({ adult: true })))).toHaveProperty('adult', true);
  });

  it('has no rank, id or media type: they belong to the key', () => {
    const card = cardOf(sampleTitle());
    expect(Object.keys(card).filter((name) => ['rank', 'id', 'mediaType'].includes(name))).toEqual([]);
    expect(Object.keys(card)).toEqual(Object.keys(cardFields));
  });
});
