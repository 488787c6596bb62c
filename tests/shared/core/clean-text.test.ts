import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanJson, cleanLine, cleanText, marked } from '../../../src/shared/core/clean-text.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { repositoryRoot } from '../../support/shared-data.ts';

const ranges = (...bounds: readonly [from: number, to: number][]): number[] =>
  bounds.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

/** What no terminal may be sent, written out: not the expression that cleans. */
const forbidden = new Set(
  ranges(
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x61c, 0x61c],
    [0x200b, 0x200b],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x206f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
    [0xe0000, 0xe007f],
  ),
);
const troubles = [...forbidden].map((point) => String.fromCodePoint(point));
const forbiddenIn = (text: string) => [...text].filter((character) => forbidden.has(character.codePointAt(0) ?? 0));
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...troubles), arbitraryText(5), fc.constant('\ud800')), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('a cleaned text', () => {
  it.each([
    ['plain', 'plain'],
    ['Ok\u001b[2J\u001b]0;x\u0007', 'Ok?[2J?]0;x?'],
    ['csi \u009b31m', 'csi ?31m'],
    ['two\r\nlines\tand\u2028more', 'two lines and more'],
    ['\u202eexe.txt', 'exe.txt'],
    ['\ufeffname', 'name'],
    ['\u2066in\u2069 \u200fout', 'in out'],
    ['👩\u200d🚀 ❤\ufe0f', '👩\u200d🚀 ❤\ufe0f'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['half \ud83d', 'half \ufffd'],
  ])('of %j is %j', (text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });

  it('is one line without any such character, whatever it was', () => {
    fc.assert(fc.property(hostile, (text) => void expect(forbiddenIn(cleanLine(text))).toEqual([])));
  });

  it('keeps its lines where it has several, and nothing else of that kind', () => {
    expect(cleanText('a\u0007\r\nb\n\tc\u2029d')).toBe('a?\nb\n c d');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(forbiddenIn(cleanText(text)).filter((character) => character !== '\n')).toEqual([]);
      }),
    );
  });

  it('is itself when it is cleaned again', () => {
    fc.assert(fc.property(hostile, (text) => void expect(cleanLine(cleanLine(text))).toBe(cleanLine(text))));
  });

  it('marks each of them where an input is echoed', () => {
    fc.assert(fc.property(hostile, (text) => void expect(forbiddenIn(marked(text))).toEqual([])));
    expect(marked('a\u202eb')).toBe('a?b');
  });

  it('of the cases that reached a terminal has none of them', ({ skip }) => {
    const file = join(repositoryRoot, '../shared/cases/texts.json');
    skip(!existsSync(file), 'the cases are not beside the repository');
    for (const { text } of JSON.parse(readFileSync(file, 'utf8')) as { text: string }[]) {
      expect(forbiddenIn(cleanLine(text))).toEqual([]);
    }
  });
});

describe('a cleaned JSON document', () => {
  it('has the same value, and no such character', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, hostile), (document) => {
        const json = cleanJson(JSON.stringify(document));
        expect(forbiddenIn(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual(document);
      }),
    );
  });
});
