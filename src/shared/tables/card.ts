/**
 * The cards of one page as one Brotli stream of JSON. Twenty together take a third of what they take one by one: they share their
 * member names and their words.
 */

import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as z from 'zod';
import {
  type Card,
  type CardField,
  type CardFields,
  cardFieldList,
  cardShape,
  type FieldDefinition,
  fromFields,
  isNothing,
} from '../queues/card-fields.ts';
import type { DescribedTitle, ListedTitle } from '../queues/item-page.ts';
import { rowBytes, writeUnitsFor } from './row.ts';

/**
 * What is packed in a row came through a queue as JSON, and SQS takes 1 MiB: nothing that the pipeline has stored unpacks to more. A
 * row of 228 KB that somebody has tampered with can, by a factor of five thousand.
 */
export const mostUnpackedBytes = 1_048_576;

/** The text of a Brotli stream. @throws when the bytes are none, or unpack to more than `mostUnpackedBytes`, of which no more is read. */
export function unpackText(packed: Uint8Array): string {
  return brotliDecompressSync(packed, { maxOutputLength: mostUnpackedBytes }).toString('utf8');
}

/** Ten times as fast as the strong one. */
const quickQuality = 5;
/** One step below the best: two percent more bytes for 40 % of the time. Measured on recorded pages (docs/adr/0017). */
const strongQuality = 10;
/** Rows may be larger than `rowBytes` tells, which rounds numbers: DynamoDB documents their size as an approximation. */
const sizeMarginBytes = 32;
/** The strong quality leaves at least this share of what the quick one does: 0.86 to 0.93 on recorded pages. */
const strongShare = 0.84;

/**
 * A Brotli stream of `text` for a row whose other attributes have `otherBytes` bytes: of the strong quality where that can save a write
 * unit, otherwise of the quick one. The same text and bytes give the same stream.
 */
export function pack(text: string, otherBytes: number): Uint8Array<ArrayBuffer> {
  const quick = compress(text, quickQuality);
  const unitsWith = (bytes: number) => writeUnitsFor(otherBytes + sizeMarginBytes + bytes);
  if (unitsWith(strongShare * quick.byteLength) === unitsWith(quick.byteLength)) {
    return quick;
  }
  const strong = compress(text, strongQuality);
  return strong.byteLength < quick.byteLength ? strong : quick;
}

function compress(text: string, quality: number): Uint8Array<ArrayBuffer> {
  const packed = brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text),
    },
  });
  return new Uint8Array(packed);
}

/**
 * An overview as it is stored in a row whose other attributes have `otherBytes` bytes: text while the row surely takes one write unit, otherwise
 * Brotli bytes where these are fewer. Brotli's built-in dictionary makes it worth while from a few hundred bytes on, where gzip still pays
 * for its header.
 */
export function encodeOverview(overview: string, otherBytes: number): string | Uint8Array<ArrayBuffer> {
  const bytes = Buffer.byteLength(overview);
  if (writeUnitsFor(otherBytes + sizeMarginBytes + bytes) === 1) {
    return overview;
  }
  const packed = pack(overview, otherBytes);
  return packed.byteLength < bytes ? packed : overview;
}

/** The text again. @throws when the bytes are no Brotli stream, or one of a text that no overview is as long as. */
export function decodeOverview(stored: string | Uint8Array): string {
  return typeof stored === 'string' ? stored : unpackText(stored);
}

/** What the attribute of a field may hold where it is there. */
type Attribute<Name extends CardField> = CardFields[Name] extends { inRow: 'compressed' }
  ? z.ZodType<string | Uint8Array<ArrayBuffer>>
  : ReturnType<CardFields[Name]['stored']>;

type StoredShape = {
  -readonly [Name in CardField]: CardFields[Name] extends { inRow: 'always' }
    ? Attribute<Name>
    : z.ZodOptional<Attribute<Name>>;
};

/** A card as attributes of a row. What is empty is left out: attribute names count towards the 1 KB of a write unit. */
export const storedCardSchema = z.object(
  fromFields(({ stored, inRow }) => {
    const attribute = inRow === 'compressed' ? z.union([stored(), z.instanceof(Uint8Array)]) : stored();
    return inRow === 'always' ? attribute : attribute.optional();
  }) as StoredShape,
);

type StoredCard = z.infer<typeof storedCardSchema>;

/** Card to attributes of a row whose other ones have `otherBytes` bytes. */
export function encodeCard(card: Card, otherBytes = 0): StoredCard {
  const stored: Record<string, unknown> = {};
  for (const [name, field] of cardFieldList) {
    const value = card[name];
    if (!isLeftOut(field, value, card)) {
      stored[name] = value;
    }
  }
  const textBytes = otherBytes + rowBytes(stored);
  for (const [name, { inRow }] of cardFieldList) {
    const text = stored[name];
    if (inRow === 'compressed' && typeof text === 'string') {
      stored[name] = encodeOverview(text, textBytes - Buffer.byteLength(text));
    }
  }
  return stored as StoredCard;
}

function isLeftOut(field: FieldDefinition, value: unknown, { title }: Card): boolean {
  switch (field.inRow) {
    case 'always':
      return false;
    case 'unless-title':
      return value === title;
    default:
      return isNothing(field, value);
  }
}

/** Attributes to card. @throws when a compressed overview is damaged. */
export function decodeCard(stored: StoredCard): Card {
  return fromFields((field, name) => decodeField(field, stored[name], stored)) as Card;
}

function decodeField(field: FieldDefinition, value: unknown, { title }: StoredCard): unknown {
  if (value === undefined) {
    return field.inRow === 'unless-title' ? title : field.nothing();
  }
  if (field.inRow === 'compressed') {
    return decodeOverview(value as string | Uint8Array);
  }
  return field.restore === undefined ? value : field.restore(value);
}

/** Attributes to card; `undefined` when they are damaged, which is as good as absent. */
export function tryDecodeCard(stored: StoredCard): Card | undefined {
  try {
    return decodeCard(stored);
  } catch {
    return undefined;
  }
}

/** The card's part of a title, listed or on its own. */
export function cardOf(title: DescribedTitle | ListedTitle): Card {
  const { rank: _rank, id: _id, mediaType: _mediaType, ...card } = { rank: 0, ...title };
  return card;
}

const cardsSchema = z.array(z.object(cardShape));

/** The cards of `titles`, in their order, for a row whose other attributes have `otherBytes` bytes. */
export function packCards(titles: readonly Parameters<typeof cardOf>[0][], otherBytes = 0): Uint8Array<ArrayBuffer> {
  return pack(JSON.stringify(titles.map(cardOf)), otherBytes);
}

/** The cards again; `undefined` when the bytes are damaged, or unpack to more than any page: that is as good as absent. */
export function tryUnpackCards(packed: Uint8Array): Card[] | undefined {
  try {
    return cardsSchema.safeParse(JSON.parse(unpackText(packed))).data;
  } catch {
    return undefined;
  }
}
