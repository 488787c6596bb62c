import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packCards, tryUnpackCards } from '../../../src/shared/tables/card.ts';
import { arbitraryTitle } from '../../support/arbitrary-page.ts';
import { sampleCard } from '../../support/sample-cards.ts';
import { sampleTitle } from '../../support/sample-messages.ts';

it('cards come back as they were packed, in their order', () => {
  fc.assert(
    fc.property(fc.array(arbitraryTitle, { maxLength: 5 }), (titles) => {
      const cards = titles.map(({ rank: _rank, id: _id, mediaType: _type, ...card }) => card);
      expect(tryUnpackCards(packCards(titles))).toEqual(cards);
    }),
  );
});

it('cards are JSON in a Brotli stream, and the same bytes every time', () => {
  const titles = [sampleTitle(), sampleTitle({ rank: 2, id: 551 })];
  const packed = packCards(titles);
  expect(JSON.parse(brotliDecompressSync(packed).toString('utf8'))).toMatchObject([
    { title: 'Fight Club', voteCount: 27_044 },
    { title: 'Fight Club' },
  ]);
  expect(Buffer.from(packCards(titles)).equals(Buffer.from(packed))).toBe(true);
});

const packed = (text: string) => new Uint8Array(brotliCompressSync(text));

it.each([
  ['no bytes', new Uint8Array()],
  ['no Brotli stream', new Uint8Array([1, 2, 3])],
  ['half a stream', packCards([sampleTitle()]).slice(0, 40)],
  ['no JSON', packed('cards')],
  ['no list', packed('{}')],
  ['a card without a title', packed(JSON.stringify([{ ...sampleCard(), title: undefined }]))],
  ['a card whose votes are null', packed(JSON.stringify([sampleCard(), { ...sampleCard(), voteCount: null }]))],
])('%s is no cards', (_name, bytes) => {
  expect(tryUnpackCards(bytes)).toBeUndefined();
});
