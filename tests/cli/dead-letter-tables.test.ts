import { describe, expect, it } from 'vitest';
import { groupsTable, lettersTable } from '../../src/cli/commands/dlq-look-commands.ts';
import { columnsOf } from '../../src/cli/display-columns.ts';

const wide = '進撃の巨人'.repeat(50);
const failedAt = '2026-11-24T08:00:07.000Z';
const letter = {
  id: '0b7f',
  reason: 'malformed',
  code: 'malformed_message',
  subject: 'trending/tv/global/en-US',
  jobId: '3270b623/trending/tv/global/en-US/1',
  failedAt,
};

/** The column of the screen at which the last cell of a line begins. */
function lastColumn(line: string): number {
  return columnsOf(line.slice(0, line.lastIndexOf('  ') + 2));
}

describe('dead letters as tables, also where there is no terminal', () => {
  it('keep their columns, whatever a letter says of itself', () => {
    const letters = [letter, { ...letter, subject: wide }, { ...letter, reason: wide, code: 'x'.repeat(500) }];
    const lines = lettersTable(letters).split('\n');
    expect(new Set(lines.map(lastColumn)).size).toBe(1);
    expect(Math.max(...lines.map(columnsOf))).toBeLessThan(170);
    expect(lines[2]).toContain('…');
  });

  it('show in full what the pipeline says', () => {
    expect(lettersTable([letter])).toContain(Object.values({ ...letter, jobId: '3270b623' }).join('  '));
  });

  it('do so in groups too', () => {
    const group = {
      reason: 'malformed',
      subject: wide,
      count: 2,
      ages: { hour: 1, day: 1, older: 0 },
      oldest: failedAt,
      newest: failedAt,
      messageId: '0b7f',
    };
    const lines = groupsTable([group, { ...group, subject: '' }]).split('\n');
    expect(Math.max(...lines.map(columnsOf))).toBeLessThan(140);
    expect(lines[2]).toContain('(not readable)');
  });
});
