import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentsOf, type ConsoleCall, commandText, parseCall } from '../../src/console/console-call.ts';

/** How a POSIX shell splits a command of plain and of single-quoted parts: a reading of its own, not the code under test. */
function wordsOfShell(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, blank, single, escaped, plain] of text.matchAll(/( +)|'([^']*)'|\\(.)|([^ '\\]+)/gs)) {
    if (blank !== undefined) {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
    } else {
      word = (word ?? '') + (single ?? escaped ?? plain ?? '');
    }
  }
  return [...words, ...(word === undefined ? [] : [word])];
}

const calls: [string, ConsoleCall][] = [
  ['dlq replay fetch', { do: 'replay', queue: 'fetch', match: [], dryRun: false }],
  [
    'dlq replay items --match=messageId=5f1c --dry-run',
    { do: 'replay', queue: 'items', match: ['messageId=5f1c'], dryRun: true },
  ],
  [
    'dlq delete fetch --match=reason=too-old --match=region=DE',
    { do: 'delete', queue: 'fetch', match: ['reason=too-old', 'region=DE'], dryRun: false },
  ],
  ['dlq delete fetch --all --dry-run', { do: 'delete', queue: 'fetch', match: [], dryRun: true }],
  [
    'enqueue --category=popular --media=movie,tv --region=DE,FR --language=de-DE --pages=2 --force --dry-run',
    {
      ...{ do: 'enqueue', category: 'popular', media: 'movie,tv', region: 'DE,FR', language: 'de-DE', pages: '2' },
      ...{ force: true, dryRun: true },
    } as ConsoleCall,
  ],
  [`breaker close '--why=TMDB said it'\\''s over'`, { do: 'breaker', action: 'close', why: "TMDB said it's over" }],
  ['plan weekly', { do: 'plan', schedule: 'weekly' }],
  ['report --since=30d', { do: 'report', since: '30d' }],
  [
    'read list genre_18 tv --region=DE --limit=40',
    { do: 'list', category: 'genre_18', media: 'tv', region: 'DE', limit: '40' },
  ],
];

describe('a call of the page', () => {
  it.each(calls)('is the command `%s`', (text, call) => {
    expect(parseCall(call)).toEqual(call);
    expect(commandText(argumentsOf(call))).toBe(`npx tmdb-pipeline ${text}`);
  });

  it('is read by a shell as what the server runs', () => {
    const word = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' });
    fc.assert(
      fc.property(word, word, (why, id) => {
        const asked = [
          parseCall({ do: 'breaker', action: 'open', why }),
          parseCall({ do: 'replay', queue: 'fetch', match: [id], dryRun: false }),
        ];
        for (const call of asked.filter((one) => one !== undefined)) {
          const words = argumentsOf(call);
          expect(wordsOfShell(commandText(words)).slice(2)).toEqual(words);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('cannot smuggle an option in: a word that stands alone begins with no hyphen', () => {
    const ours = /^(read|list|--region=.*)$/s;
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom('-', '=', 'a', ' ', '/') }), (text) => {
        const call = parseCall({ do: 'list', category: text, media: text, region: text });
        const others = call === undefined ? [] : argumentsOf(call).filter((word) => !ours.test(word));
        expect(others.filter((word) => word.startsWith('-'))).toEqual([]);
      }),
    );
    expect(parseCall({ do: 'list', category: '--settings=/etc/passwd', media: 'movie' })).toBeUndefined();
  });

  it.each([
    ['what is none of them', { do: 'migrate' }],
    ['a member that it does not have', { do: 'plan', schedule: 'daily', stack: 'aws' }],
    ['a line break', { do: 'breaker', action: 'open', why: 'one\ntwo' }],
    ['no words', { do: 'breaker', action: 'open', why: '' }],
    ['nothing', null],
  ])('is refused for %s', (_name, call) => {
    expect(parseCall(call)).toBeUndefined();
  });
});
