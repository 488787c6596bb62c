import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOverview, encodeOverview } from '../../../src/shared/tables/card.ts';
import { writeUnitsFor } from '../../../src/shared/tables/row.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { englishOverview, japaneseOverview } from '../../support/sample-overviews.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const storedBytes = (stored: string | Uint8Array) =>
  typeof stored === 'string' ? Buffer.byteLength(stored) : stored.byteLength;

const arbitraryOverview = fc.oneof(
  arbitraryText(400),
  fc.string({ maxLength: 1_500 }),
  fc
    .array(fc.constantFrom('the ', 'secret ', 'of ', 'a ', 'family ', 'war. '), { maxLength: 300 })
    .map((w) => w.join('')),
  fc.array(fc.constantFrom('秘密', '家族', 'の', '🎬'), { maxLength: 300 }).map((words) => words.join('')),
);
const arbitraryOtherBytes = fc.nat({ max: 3_000 });

describe('overview codec', () => {
  it('gives the text back and never needs more bytes than it', () => {
    fc.assert(
      fc.property(arbitraryOverview, arbitraryOtherBytes, (overview, otherBytes) => {
        const stored = encodeOverview(overview, otherBytes);
        expect(decodeOverview(stored)).toBe(overview);
        expect(storedBytes(stored)).toBeLessThanOrEqual(Buffer.byteLength(overview));
      }),
    );
  });

  it('leaves a text as it is while its row surely takes one write unit', () => {
    fc.assert(
      fc.property(arbitraryOverview, arbitraryOtherBytes, (overview, otherBytes) => {
        fc.pre(writeUnitsFor(otherBytes + 32 + Buffer.byteLength(overview)) === 1);
        expect(encodeOverview(overview, otherBytes)).toBe(overview);
      }),
    );
  });

  it('gives the same bytes for the same text', () => {
    expect(encodeOverview(englishOverview, 1_024)).toEqual(encodeOverview(englishOverview, 1_024));
  });

  it('compresses where its row may take two write units, by bytes and not by characters', () => {
    expect(encodeOverview('a'.repeat(600), 392)).toBe('a'.repeat(600));
    expect(encodeOverview('a'.repeat(600), 393)).toBeInstanceOf(Uint8Array);
    expect(encodeOverview('映'.repeat(200), 393)).toBeInstanceOf(Uint8Array);
  });

  it('saves at least a third of a usual overview', () => {
    expect(storedBytes(encodeOverview(englishOverview, 425))).toBeLessThan(600 * 0.67);
    expect(storedBytes(encodeOverview(japaneseOverview, 425))).toBeLessThan(Buffer.byteLength(japaneseOverview) * 0.67);
  });

  it('leaves a text as it is that does not become smaller', () => {
    const random = seededRandom(12_345);
    const noise = Array.from({ length: 40 }, () => String.fromCharCode(33 + Math.floor(random.next() * 94))).join('');
    expect(encodeOverview(noise, 1_024)).toBe(noise);
  });

  it('throws on damaged bytes instead of giving another text', () => {
    expect(() => decodeOverview(new Uint8Array([0x1f, 0x8b, 0x08]))).toThrow();
    expect(() => decodeOverview((encodeOverview(englishOverview, 1_024) as Uint8Array).slice(0, 40))).toThrow();
  });
});
