import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cutTo, wrapTo } from '../../src/cli/display-columns.ts';
import { filterLines, formatList, table, title } from '../../src/cli/format-text.ts';
import { printable } from '../../src/cli/styled-text.ts';
import { arbitraryText } from '../support/arbitrary-text.ts';
import { sampleListedCard, sampleWatch } from '../support/sample-answers.ts';

const family = '👨‍👩‍👧';
const rows = [
  ['1', '進撃の巨人', '9'],
  ['2', 'قصة حب', '10'],
  ['3', `${family} cafe\u0301`, '1,000'],
];

describe('a table', () => {
  it('stands in columns of the screen, not of characters', () => {
    expect(table(['rank', 'title', 'votes'], rows).split('\n')).toEqual([
      'rank  title       votes',
      '   1  進撃の巨人      9',
      '   2  قصة حب         10',
      `   3  ${family} cafe\u0301     1,000`,
    ]);
  });

  it('is as wide as its texts where there is no terminal', () => {
    const long = 'x'.repeat(500);
    expect(table(['title'], [[long]])).toBe(`title\n${long}`);
  });

  it('gives no more columns than there are, and cuts no figure', () => {
    expect(table(['rank', 'title', 'votes'], rows, 21).split('\n')).toEqual([
      'rank  title     votes',
      '   1  進撃の…       9',
      '   2  قصة حب       10',
      `   3  ${family} cafe\u0301   1,000`,
    ]);
  });

  it('shows a row from top to bottom where columns do not fit beside each other', () => {
    expect(table(['rank', 'title', 'votes'], rows.slice(0, 2), 14)).toBe(
      'rank: 1\ntitle: 進撃の…\nvotes: 9\n\nrank: 2\ntitle: قصة حب\nvotes: 10',
    );
  });

  it('of two columns wraps the second', () => {
    expect(table(['what', 'value'], [['overview', 'a long text in words']], 20)).toBe(
      'what      value\noverview  a long\n          text in\n          words',
    );
  });

  it('is never wider than asked for, whatever it holds', () => {
    const cell = fc.oneof(arbitraryText(30), fc.nat().map(String), fc.constant('進撃'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, width) => {
          for (const line of table(['a', 'title', 'c'], rows, width).split('\n')) {
            // A wide character does not fit into one column, nor does its ellipsis take more.
            expect(columnsOf(line)).toBeLessThanOrEqual(Math.max(width, 1));
          }
        },
      ),
    );
  });

  it('keeps a row in its line and a terminal from what stands in a cell', () => {
    expect(table(['title'], [['a\u001b[2J\nb\u202ec']])).toBe('title\na?[2J bc');
    expect(title('\u001b[31mred\n2')).toBe('?[31mred 2');
  });
});

describe('a text in columns', () => {
  it('is cut between characters as people see them', () => {
    expect(cutTo(`${family}${family}${family}`, 5)).toBe(`${family}${family}…`);
    expect(cutTo('cafe\u0301s and more', 5)).toBe('cafe\u0301…');
  });

  it('is wrapped without losing anything', () => {
    fc.assert(
      fc.property(arbitraryText(60), fc.integer({ min: 2, max: 20 }), (text, columns) => {
        const lines = wrapTo(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('what is written', () => {
  const piped = process.stdout;

  it.each(['\u001b[1mbold\u001b[22m', '\u001b[2mdim', '\uE0001b\uE000'])(
    'lets no sequence of others through: %j',
    (text) => {
      expect(printable(text, piped)).not.toContain('\u001b');
    },
  );
});

describe('where to watch', () => {
  const offered = sampleListedCard({ title: 'Offered', watch: sampleWatch() });
  const nowhere = sampleListedCard({
    title: 'Nowhere',
    watch: sampleWatch({ subscription: [], rent: [], buy: [], fetchedAt: '2026-11-22T00:00:00.000Z' }),
  });

  it('is a column of a list that says it: each service once, and in which ways', () => {
    const [, heading = '', first = '', second = ''] = formatList('popular', [offered, nowhere]).split('\n');
    expect(heading).toMatch(/votes {2}where to watch$/);
    expect(first).toMatch(/\d {2}Streamhouse \(subscription\), Filmstore \(rent, buy\), service 77 \(rent\)$/);
    expect(second).toMatch(/\d$/);
    expect(formatList('popular', [sampleListedCard()])).not.toContain('where to watch');
  });

  it('stands with whose data it is, and how old the oldest of it', () => {
    const line = 'Where to watch: data by JustWatch, the oldest of 2026-11-22T00:00:00.000Z';
    expect(filterLines(undefined, [offered, nowhere])).toEqual([line]);
    expect(filterLines(undefined, [sampleListedCard()])).toEqual([]);
  });
});

describe('what filters did', () => {
  it('is told in figures, and what lacked details where anything did', () => {
    expect(filterLines({ lookedAt: 40, matched: 12, withoutDetails: 0 }, [])).toEqual([
      '12 of 40 titles pass the filters',
    ]);
    expect(filterLines({ lookedAt: 40, matched: 0, withoutDetails: 7 }, [])).toEqual([
      '0 of 40 titles pass the filters; 7 lack details that the filters need',
    ]);
  });
});
