import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine } from '../../../src/shared/core/clean-text.ts';
import { redactionOf, tokenRedactor } from '../../../src/shared/core/redact-token.ts';

/** As long and as odd as TMDB's own: three parts of base64url. */
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJhYmMvZGVmIn0.q7Zr-Kx_92LmPw4TtVbN5cYd';
const redact = redactionOf([token]);

const jsonUnits = (text: string) =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const percents = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');

describe('a token in a text', () => {
  it.each<[name: string, told: string]>([
    ['as it is', token],
    ['with its first letters as JSON escapes', `${jsonUnits(token.slice(0, 3))}${token.slice(3)}`],
    ['in JSON escapes alone', jsonUnits(token)],
    ['in JSON escapes of JSON escapes', jsonUnits(jsonUnits(token).slice(0, 6)) + jsonUnits(token.slice(1))],
    ['with escaped slashes and dots', token.replaceAll('.', '\\.').replaceAll('-', '\\-')],
    ['in bytes of JavaScript', [...token].map((one) => `\\x${one.charCodeAt(0).toString(16)}`).join('')],
    ['percent-encoded', percents(token)],
    ['percent-encoded twice', percents(percents(token))],
    ['in HTML entities', [...token].map((one) => `&#${one.charCodeAt(0)};`).join('')],
    ['in HTML entities of hex', [...token].map((one) => `&#x${one.charCodeAt(0).toString(16)};`).join('')],
    ['with named entities', token.replaceAll('.', '&period;').replaceAll('-', '&hyphen;')],
    [
      'with zeros before the digits of entities',
      [...token].map((one) => `&#x0000000${one.charCodeAt(0).toString(16)};`).join(''),
    ],
    ['in octal bytes', [...token].map((one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')],
    ['in long escapes', [...token].map((one) => `\\U${one.charCodeAt(0).toString(16).padStart(8, '0')}`).join('')],
    ['quoted for mail', [...token].map((one) => `=${one.charCodeAt(0).toString(16)}`).join('')],
    ['quoted for mail, in short lines', token.replace(/.{7}/g, '$&=\n')],
    ['in short lines', token.replace(/.{5}/g, '$&\r\n')],
    ['in short lines of JSON', token.replace(/.{5}/g, '$&\\n')],
    ['with soft hyphens as entities', token.replace(/.{5}/g, '$&&shy;')],
    ['in capitals', token.toUpperCase()],
    ['as base64', Buffer.from(token).toString('base64')],
    ['as base64 of a header', Buffer.from(`Bearer ${token}, or so`).toString('base64')],
    ['as base64 for URLs, one byte later', Buffer.from(`x${token}`).toString('base64url')],
    ['as hex', Buffer.from(token).toString('hex')],
    ['cut at its end', token.slice(0, 40)],
    ['cut at its beginning', token.slice(40)],
    ['twice', `${token} and ${token}`],
  ])('is taken out: %s', (_name, told) => {
    const left = redact(`HTTP 422: "${told}" is none`);
    expect(left).toMatch(/^HTTP 422: "[^"]*\[token\][^"]*" is none$/);
    for (const shape of [token, jsonUnits(token), percents(token), Buffer.from(token).toString('base64'), told]) {
      for (let at = 0; at + 16 <= shape.length; at += 1) {
        expect(left).not.toContain(shape.slice(at, at + 16));
      }
    }
  });

  it('is taken out wherever it stands, with any letter of it escaped in any way', () => {
    const writing = fc.constantFrom(
      (one: string) => one,
      (one: string) => `\\u00${one.charCodeAt(0).toString(16)}`,
      (one: string) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      (one: string) => `&#${one.charCodeAt(0)};`,
    );
    const written = fc
      .array(writing, { minLength: token.length, maxLength: token.length })
      .map((escapes) => [...token].map((one, at) => escapes[at]?.(one)).join(''));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), written, fc.string({ unit: 'grapheme' }), (before, told, after) => {
        expect(redact(`${before} ${told} ${after}`)).not.toContain(told);
        expect(redact(`${before} ${told} ${after}`)).toContain('[token]');
      }),
      { numRuns: 30 },
    );
  });

  it('is taken out with anything between its letters that a terminal or a reader leaves out', () => {
    const between = fc.constantFrom(
      ...[
        '',
        '',
        '\u00ad',
        '\u200b',
        '\u2060',
        '\u202e',
        '\ufeff',
        '\u200d',
        '\ufe0f',
        '\0',
        '\x1b',
        '\x7f',
        '\t',
        ' ',
        '\u2028',
        '\u{e0041}',
      ],
    );
    const written = fc
      .array(between, { minLength: token.length, maxLength: token.length })
      .map((gaps) => [...token].map((one, at) => one + gaps[at]).join(''));
    fc.assert(
      fc.property(written, (told) => {
        const shownLine = cleanLine(redact(`HTTP 422: ${told}: none`));
        expect(shownLine).toMatch(/^HTTP 422: \[token\]\W*: none$/);
      }),
      { numRuns: 50 },
    );
  });

  it('is all that is taken out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('eyJ'));
        expect(redact(text)).toBe(text);
      }),
    );
    const detail = 'HTTP 422: Invalid parameters: \\u0061bc%20 &amp; "title": "Les Misérables 🎬"';
    expect(redact(detail)).toBe(detail);
    expect(redact(`before ${token} after`)).toBe('before [token] after');
  });

  it('is taken out once: a second time changes nothing', () => {
    const once = redact(`a ${token} b`);
    expect(redact(once)).toBe(once);
  });
});

describe('a token that is a placeholder', () => {
  it.each(['', 'e', 'en', 'abc'])('of a few characters is no secret: %j', async (placeholder) => {
    const { watch, redact: redactKnown } = tokenRedactor();
    await watch(async () => placeholder)();
    expect(redactKnown('HTTP 422: en is no language, abc neither')).toBe('HTTP 422: en is no language, abc neither');
  });

  it('of a word is taken out where it stands alone', () => {
    expect(redactionOf(['test'])('the latest test of test-data, Test.')).toBe(
      'the latest [token] of test-data, [token].',
    );
    expect(redactionOf(['t0ken'])('told "\\u0074%30ken"')).toBe('told "[token]"');
  });
});

describe('the tokens of a process', () => {
  it('are known from the moment they are given, also after they were replaced', async () => {
    const { watch, redact: redactKnown } = tokenRedactor();
    const tokens = ['first-token-of-all-1111', 'second-token-of-all-2222'];
    const source = watch(async () => tokens.shift() ?? 'third-token-of-all-3333');
    expect(redactKnown('first-token-of-all-1111')).toBe('first-token-of-all-1111');
    expect([await source(), await source()]).toEqual(['first-token-of-all-1111', 'second-token-of-all-2222']);
    expect(redactKnown('first-token-of-all-1111 second-token-of-all-2222')).toBe('[token] [token]');
  });

  it('are not remembered for ever', async () => {
    const { watch, redact: redactKnown } = tokenRedactor();
    let n = 0;
    const source = watch(async () => `${'abcdefg'.charAt(n)}${String(n++).repeat(20)}`);
    for (let asked = 0; asked < 6; asked += 1) {
      await source();
    }
    expect(redactKnown(`a${'0'.repeat(20)} f${'5'.repeat(20)}`)).toBe(`a${'0'.repeat(20)} [token]`);
  });

  it('are not kept from a source that has none', async () => {
    const { watch } = tokenRedactor();
    await expect(watch(() => Promise.reject(new Error('no parameter')))()).rejects.toThrow('no parameter');
  });
});
