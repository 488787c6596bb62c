import { describe, expect, it } from 'vitest';
import { parseListOf, parseTitleRefs } from '../../src/cli/parse-input.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { caught } from '../support/caught.ts';

describe('titles on the command line', () => {
  it('are separated by commas, with or without blanks', () => {
    const both = [
      { mediaType: 'movie', id: 550 },
      { mediaType: 'tv', id: 1399 },
    ];
    expect(parseTitleRefs('movie:550,tv:1399', '--liked')).toEqual(both);
    expect(parseTitleRefs(' movie:550 , tv:1399 ', '--liked')).toEqual(both);
    expect(parseTitleRefs('', '--liked')).toEqual([]);
  });

  it.each([
    ['550', '550'],
    ['movie', 'movie'],
    ['movie:', 'movie:'],
    ['book:1', 'book:1'],
    ['Movie:1', 'Movie:1'],
    ['movie:-1', 'movie:-1'],
    ['movie:1e3', 'movie:1e3'],
    ['movie:0x1', 'movie:0x1'],
    ['movie:12345678901234567', 'movie:12345678901234567'],
    ['movie: 1', 'movie: 1'],
    ['movie:1,', ''],
    [',movie:1', ''],
    ['movie:1,,tv:2', ''],
    ['movie:1,<b>', '?b?'],
  ])('are not %j', (text, shown) => {
    expect(caught(() => parseTitleRefs(text, '--seen'))).toEqual(
      new UsageError(`--seen holds '${shown}': allowed are titles such as movie:550, separated by commas`),
    );
  });
});

describe('an id that no number holds', () => {
  it.each(['movie:9007199254740992', 'tv:9007199254740993', 'movie:9999999999999999'])(
    'is told as typed: %s',
    (text) => {
      expect(caught(() => parseTitleRefs(`movie:9007199254740991,${text}`, '--liked'))).toEqual(
        new UsageError(`--liked holds '${text}': allowed are TMDB ids up to 9007199254740991`),
      );
    },
  );
});

describe('a list on the command line', () => {
  it.each([
    ['', []],
    ['18', ['18']],
    ['18, 35', ['18', '35']],
    ['18,', ['18', '']],
  ])('%j', (text, parts) => {
    expect(parseListOf(text)).toEqual(parts);
  });
});
