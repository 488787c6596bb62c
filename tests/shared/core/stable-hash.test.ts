import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, stableFraction, stableHash } from '../../../src/shared/core/stable-hash.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';

describe('stable hash', () => {
  // Source: NIST's example values for SHA-256.
  it.each([
    ['', 64, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 64, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abc', 8, 'ba7816bf'],
  ])('of %j in %i digits', (text, digits, expected) => {
    expect(stableHash(text, digits)).toBe(expected);
  });
});

describe('stable fraction', () => {
  it('is the first 48 bits of the hash as a share of one', () => {
    expect(stableFraction('abc')).toBe(0xba7816bf8f01 / 281_474_976_710_656);
  });

  it('lies in [0, 1) and repeats', () => {
    fc.assert(
      fc.property(arbitraryText(30), (text) => {
        const fraction = stableFraction(text);
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThan(1);
        expect(stableFraction(text)).toBe(fraction);
      }),
    );
  });

  it('is spread evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let n = 0; n < 10_000; n += 1) {
      const tenth = Math.floor(stableFraction(`feed ${n}`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1150);
    }
  });
});

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ a: { d: 1, c: [{ z: 1, y: 2 }] } }, '{"a":{"c":[{"y":2,"z":1}],"d":1}}'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [{ B: 1, a: 2, ä: 3 }, '{"B":1,"a":2,"ä":3}'],
    [[3, 1, 2], '[3,1,2]'],
    ['x', '"x"'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('is one text for one value, in whatever order its members were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const equal = (() => {
          try {
            expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)));
            return true;
          } catch {
            return false;
          }
        })();
        expect(canonicalJson(a) === canonicalJson(b)).toBe(equal);
      }),
    );
  });
});
