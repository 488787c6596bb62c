import fc from 'fast-check';

/**
 * Any code point but halves of surrogate pairs: all scripts, emoji, control characters. (fast-check's own `binary` unit
 * means the same, but takes a second to build.)
 */
const codePoint = fc
  .oneof(
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.integer({ min: 0, max: 0x7ff }),
    fc.integer({ min: 0x800, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xffff }),
    fc.integer({ min: 0x1_0000, max: 0x10_ffff }),
  )
  .map((point) => String.fromCodePoint(point));

/** A text of up to `maxLength` code points. */
export function arbitraryText(maxLength: number, minLength = 0): fc.Arbitrary<string> {
  return fc.string({ unit: codePoint, minLength, maxLength });
}
