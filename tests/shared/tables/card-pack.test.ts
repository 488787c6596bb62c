import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packCards, tryUnpackCards } from '../../../src/shared/tables/card.ts';
import { writeUnitsFor } from '../../../src/shared/tables/row.ts';
import { arbitraryTitle } from '../../support/arbitrary-page.ts';
import { sampleCard } from '../../support/sample-cards.ts';
import { sampleTitle } from '../../support/sample-messages.ts';
import { englishOverview } from '../../support/sample-overviews.ts';

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

it('cards are packed in the strong quality where that saves a write unit, otherwise in the quick one', () => {
  const titles = Array.from({ length: 20 }, (_, n) =>
    sampleTitle({ rank: n + 1, id: 550 + n, title: `Title ${n * 7_919}`, overview: englishOverview.slice(n * 17) }),
  );
  const json = brotliDecompressSync(packCards(titles));
  const sizeAt = (quality: number) =>
    brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).byteLength;
  const [quick, strong] = [sizeAt(5), sizeAt(10)];
  const unitsOf = (otherBytes: number, bytes: number) => writeUnitsFor(otherBytes + bytes);
  for (let otherBytes = 0; otherBytes < 1_024; otherBytes += 8) {
    const { byteLength } = packCards(titles, otherBytes);
    expect([quick, strong]).toContain(byteLength);
    expect(unitsOf(otherBytes, byteLength)).toBe(unitsOf(otherBytes, strong));
  }
  expect(packCards(titles, 3_072 - quick).byteLength).toBe(strong);
  expect(packCards(titles, 3_072 - quick - 32).byteLength).toBe(quick);
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
