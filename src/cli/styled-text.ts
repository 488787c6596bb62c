/**
 * Bold and dim parts of what a command prints. They travel as marks that hold a secret of this process, so that a text of others can
 * neither be a mark nor bring escape sequences: everything beside the marks is cleaned where it is written.
 */
import { styleText } from 'node:util';
import { cleanLine, cleanText } from '../shared/core/clean-text.ts';
import { systemRandom } from '../shared/core/system-clock.ts';
import { columnsOf, cutTo } from './display-columns.ts';

type Style = 'bold' | 'dim';

const secret = Math.floor(systemRandom.next() * 2 ** 48).toString(36);
const begins: Record<Style, string> = { bold: `\uE000${secret}b\uE000`, dim: `\uE000${secret}d\uE000` };
const ends = `\uE000${secret}e\uE000`;
const mark = new RegExp(`\uE000${secret}([bde])\uE000`, 'u');

/** One line of `text` in this style, clean; where neither stream shows styles the line alone. */
export function styled(style: Style, text: string): string {
  const line = cleanLine(text);
  return showsStyles(process.stdout) || showsStyles(process.stderr) ? `${begins[style]}${line}${ends}` : line;
}

/** What is written of `text`: clean, with styles where the stream shows them. */
export function printable(text: string, stream: NodeJS.WritableStream): string {
  const parts = text.split(mark);
  if (parts.length === 1) {
    return cleanText(text);
  }
  const withStyles = showsStyles(stream);
  // `split` puts what the mark's group holds between the texts: one text, one letter, one text, …
  return parts.map((part, index) => (index % 2 === 0 ? cleanText(part) : withStyles ? sequences[part] : '')).join('');
}

/** Whether the line has parts with a style. */
export function isStyled(line: string): boolean {
  return mark.test(line);
}

/** A line with styles in at most `columns` columns. */
export function cutStyled(line: string, columns: number): string {
  let left = columns;
  return line
    .split(mark)
    .map((part, index) => {
      if (index % 2 === 1) {
        return `\uE000${secret}${part}\uE000`;
      }
      const cut = cutTo(cleanLine(part), left);
      left -= columnsOf(cut);
      return cut;
    })
    .join('');
}

/** As `styleText` writes them. */
const sequences: Record<string, string> = { b: '\u001b[1m', d: '\u001b[2m', e: '\u001b[22m' };

/** A terminal, unless NO_COLOR and its like say otherwise. */
function showsStyles(stream: NodeJS.WritableStream): boolean {
  return styleText('bold', 'x', { stream }) !== 'x';
}
