/**
 * The cards of one page as one Brotli stream of JSON. Twenty together take a third of what they take one by one: they share their
 * member names and their words.
 */
import { brotliCompressSync, constants } from 'node:zlib';
import * as z from 'zod';
import { listedTitleSchema } from '../queues/item-page.ts';
import { type Card, cardOf } from './card.ts';
import { unpackText } from './unpack-text.ts';

/** One step below the best: two percent more bytes for 40 % of the time. Measured on recorded pages (docs/adr/0017). */
const quality = 10;

const cardsSchema = z.array(listedTitleSchema.omit({ rank: true, mediaType: true, id: true }));

/** The cards of `titles`, in their order. */
export function packCards(titles: readonly Parameters<typeof cardOf>[0][]): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(titles.map(cardOf));
  const packed = brotliCompressSync(json, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(json),
    },
  });
  return new Uint8Array(packed);
}

/** The cards again; `undefined` when the bytes are damaged, or unpack to more than any page: that is as good as absent. */
export function tryUnpackCards(packed: Uint8Array): Card[] | undefined {
  try {
    return cardsSchema.safeParse(JSON.parse(unpackText(packed))).data;
  } catch {
    return undefined;
  }
}
