import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, constants, createBrotliCompress } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mostUnpackedBytes, tryDecodeCard, tryUnpackCards, unpackText } from '../../../src/shared/tables/card.ts';

const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
const packed = (bytes: number) => new Uint8Array(brotliCompressSync(Buffer.alloc(bytes, ' '), { params }));

/** A quarter of a gigabyte in a few hundred bytes, made without ever being there as a whole. */
async function makeBomb(): Promise<Uint8Array<ArrayBuffer>> {
  const megabyte = Buffer.alloc(1_048_576, ' ');
  const spaces = Readable.from(Array.from({ length: 256 }, () => megabyte));
  return new Uint8Array(await buffer(spaces.pipe(createBrotliCompress({ params }))));
}

describe('what is packed', () => {
  it('may unpack to as much as a message holds, and to no byte more', () => {
    expect(unpackText(packed(mostUnpackedBytes))).toHaveLength(1_048_576);
    expect(() => unpackText(packed(mostUnpackedBytes + 1))).toThrow(/larger than 1048576/);
  });

  it.each<[name: string, unpack: (bomb: Uint8Array<ArrayBuffer>) => unknown]>([
    ['the cards of a page', tryUnpackCards],
    [
      'the overview of a title',
      (bomb) =>
        tryDecodeCard({
          title: 'x',
          overview: bomb,
          voteAverage: 0,
          voteCount: 0,
          popularity: 0,
          originalLanguage: 'en',
        }),
    ],
  ])('and is a bomb is as good as absent, and takes the memory of the bound: %s', async (_name, unpack) => {
    const bomb = await makeBomb();
    expect(bomb.byteLength).toBeLessThan(1_000);
    const peakKiB = process.resourceUsage().maxRSS;
    expect(unpack(bomb)).toBeUndefined();
    // The peak of this process, ever: a quarter of a gigabyte would show, whenever it is collected.
    expect(process.resourceUsage().maxRSS - peakKiB).toBeLessThan(64 * 1_024);
  });
});
