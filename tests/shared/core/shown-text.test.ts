import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown, shownUrl } from '../../../src/shared/core/shown-text.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';

describe('input as a message shows it', () => {
  it.each([
    ['popular', 'popular'],
    ['日本 de-DE', '日本 de-DE'],
    ['<script>alert("1")</script>', '?script?alert(?1?)?/script?'],
    ["it’s & it's `so`", 'it’s ? it?s ?so?'],
    ['a\r\n\tb\u0000\u001b[31m\u009f', 'a???b??[31m?'],
    [undefined, 'undefined'],
    [null, 'null'],
    [17, '17'],
    [['a', 'b'], 'a,b'],
    [{}, '[object Object]'],
  ])('of %j is %s', (input, text) => {
    expect(shown(input)).toBe(text);
  });

  it('is cut', () => {
    expect(shown('x'.repeat(1_000))).toBe('x'.repeat(60));
  });

  it('is bounded, in one line, and no markup, whatever it was', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText(200), fc.jsonValue()), (input) => {
        const text = shown(input);
        expect(text.length).toBeLessThanOrEqual(60);
        for (const character of ['<', '>', '&', '"', "'", '`', '\n', '\r', '\u0000', '\u001b', '\u0085']) {
          expect(text.includes(character)).toBe(false);
        }
      }),
    );
  });

  it('is its kind for what cannot be written as text', () => {
    expect(shown(JSON.parse('{"toString":1,"valueOf":2}'))).toBe('object');
    expect(shown(Object.create(null))).toBe('object');
    expect(shown(Symbol('s'))).toBe('Symbol(s)');
  });
});

describe('an address that is echoed', () => {
  it.each([
    ['https://user:secret@api.example/3', 'https://…@api.example/3'],
    ['https://user:secret@host:99999/', 'https://…@host:99999/'],
    ['https://user:se?cr#et@host/3', 'https://…@host/3'],
    ['https://user:se/cr@et@host/3', 'https://…@host/3'],
    ['user:secret@host', '…@host'],
    ['http://host/3?api_key=secret', 'http://host/3…'],
    ['host:8000#secret', 'host:8000…'],
    ['http://host\n?secret\n@x', 'http://…@x'],
    ['localhost:8000', 'localhost:8000'],
  ])('holds no secret: %j', (given, echo) => {
    expect(shownUrl(given)).toBe(echo);
  });
});
