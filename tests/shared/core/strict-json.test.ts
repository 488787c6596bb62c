import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../src/shared/settings/settings-overrides.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';

describe('JSON that a person wrote', () => {
  it('is what JSON.parse makes of it, also behind a byte order mark', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const names = ['"__proto__"', '"constructor"', '"prototype"'];
        fc.pre(!names.some((name) => text.includes(name)));
        expect(parseStrictJson(`\uFEFF${text}`)).toEqual({ value: JSON.parse(text) });
      }),
    );
  });

  it('is refused when JSON.parse refuses it, whatever was done to it', () => {
    const spoiled = fc
      .tuple(fc.json(), fc.nat(200), fc.nat(3), arbitraryText(2))
      .map(([text, at, length, added]) => text.slice(0, at) + added + text.slice(at + length));
    fc.assert(
      fc.property(spoiled, (text) => {
        fc.pre(!text.startsWith('\uFEFF'));
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        if (!parses) {
          expect(parseStrictJson(text)).toHaveProperty('problem');
        }
      }),
    );
  });

  it.each([
    ['{"a":1,}', "not valid JSON: expected a member's name in double quotes, found '}'", 1, 8],
    ['{\n  "a": 1\n  "b": 2\n}', "not valid JSON: expected ',' or '}', found '\"'", 3, 3],
    ['', 'not valid JSON: expected a value, found the end of the text', 1, 1],
    ['{"a":01}', "not valid JSON: expected ',' or '}', found '1'", 1, 7],
    ["{'a':1}", "not valid JSON: expected a member's name in double quotes, found '''", 1, 2],
    ['{"a":1} x', "not valid JSON: expected the end of the text, found 'x'", 1, 9],
    ['["a\tb"]', 'not valid JSON: the control character U+0009, in a string', 1, 4],
    ['{\n "wor\u001bker":{}}', 'not valid JSON: the control character U+001B, in a string', 2, 6],
    ['{"a":{"b":"\u0000"}}', 'not valid JSON: the control character U+0000, in a string', 1, 12],
    ['{"a: 1\n}', 'not valid JSON: the control character U+000A, in a string', 1, 7],
    ['{"a":"C:\\Users"}', 'not valid JSON: an escape that JSON does not have, in a string', 1, 9],
    ['{"a":"b', 'not valid JSON: a string has no closing quote', 1, 8],
    ['{"a":1 "b\tc":2}', "not valid JSON: expected ',' or '}', found '\"'", 1, 8],
    ['{"a":1,"b":{"a":2,"\\u0061":3}}', 'the member "\\u0061" is given twice', 1, 19],
    ['{"x":{"__proto__":1}}', 'the member "__proto__" is not allowed', 1, 7],
    ['[{"const\\u0072uctor":1}]', 'the member "const\\u0072uctor" is not allowed', 1, 3],
    [`${'['.repeat(51)}`, 'more than 50 levels', 1, 51],
  ])('%j is refused with its place', (text, problem, line, column) => {
    expect(parseStrictJson(text)).toEqual({ problem, line, column });
  });

  it('ends soon and does not throw on a megabyte of anything', () => {
    for (const part of ['[', '{"a":', '"', '\\"', '1', ' ', '[],']) {
      expect(parseStrictJson(part.repeat(200_000))).toHaveProperty(part === '1' ? 'value' : 'problem');
    }
  });
});
