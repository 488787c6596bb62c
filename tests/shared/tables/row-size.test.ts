import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowBytes, writeUnitsFor } from '../../../src/shared/tables/row.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';

/*
 * Figures by hand from DynamoDB's rules (developer guide, item sizes and formats, November 2026): UTF-8 bytes of the
 * attribute's name plus its value; a number one byte for two significant digits plus one, one more below zero, leading and
 * trailing zeros do not count; null and booleans one; lists and maps three plus one an element.
 */
describe('row size', () => {
  it.each([
    ['nothing', {}, 0],
    ['an empty text', { a: '' }, 1],
    ['a text', { title: 'Fight Club' }, 5 + 10],
    ['a text of other scripts', { title: '映画' }, 5 + 6],
    ['an emoji', { t: '🎬' }, 1 + 4],
    ['a name of other scripts', { ü: 'x' }, 2 + 1],
    ['zero', { n: 0 }, 1 + 1],
    ['one digit', { n: 7 }, 1 + 1 + 1],
    ['two digits', { n: 42 }, 1 + 1 + 1],
    ['three digits', { n: 123 }, 1 + 2 + 1],
    ['trailing zeros', { n: 27_000 }, 1 + 1 + 1],
    ['an epoch second', { expiresAt: 1_795_593_607 }, 9 + 5 + 1],
    ['a decimal', { voteAverage: 8.438 }, 11 + 2 + 1],
    ['a decimal below one', { p: 0.05 }, 1 + 1 + 1],
    ['a number below zero', { n: -42 }, 1 + 1 + 1 + 1],
    ['true', { adult: true }, 5 + 1],
    ['null', { x: null }, 1 + 1],
    ['bytes', { overview: new Uint8Array(300) }, 8 + 300],
    ['an empty list', { l: [] }, 1 + 3],
    ['a list of numbers', { genreIds: [18, 53, 10_765] }, 8 + 3 + (1 + 2) + (1 + 2) + (1 + 4)],
    ['a list of texts', { originCountries: ['US', 'DE'] }, 15 + 3 + (1 + 2) + (1 + 2)],
    ['an empty map', { m: {} }, 1 + 3],
    ['a member that is left out', { a: undefined, b: 'x' }, 1 + 1],
    ['several attributes', { mediaId: '550', mediaType: 'movie', rank: 1 }, 7 + 3 + 9 + 5 + 4 + 2],
  ])('%s', (_name, row, bytes) => {
    expect(rowBytes(row)).toBe(bytes);
  });

  it('a map', () => {
    expect(rowBytes({ m: { a: 'xy', b: 'z' } })).toBe(1 + 3 + (1 + 1 + 2) + (1 + 1 + 1));
  });

  it.each([
    ['1e-7', 1e-7, 1 + 1],
    ['1e21', 1e21, 1 + 1],
  ])('a number with an exponent: %s', (_name, value, bytes) => {
    expect(rowBytes({ p: value })).toBe(1 + bytes);
  });

  it('is the sum of its attributes', () => {
    const attributes = fc.dictionary(arbitraryText(10), fc.jsonValue({ maxDepth: 1 }));
    fc.assert(
      fc.property(attributes, (row) => {
        const parts = Object.entries(row).map(([name, value]) => rowBytes(Object.fromEntries([[name, value]])));
        expect(rowBytes(row)).toBe(parts.reduce((sum, bytes) => sum + bytes, 0));
      }),
    );
  });
});

describe('write units', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1024, 1],
    [1025, 2],
    [2048, 2],
    [409_600, 400],
  ])('of %i bytes are %i', (bytes, units) => {
    expect(writeUnitsFor(bytes)).toBe(units);
  });
});
