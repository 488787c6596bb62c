/** Texts measured as a terminal shows them: wide characters take two columns, combining ones none. Texts are clean lines. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that `text` takes. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** `text` in at most `columns` columns, a cut one with `…` at its end; never half a character. */
export function cutTo(text: string, columns: number): string {
  if (text.length <= columns && /^[\x20-\x7E]*$/.test(text)) {
    return text;
  }
  return columnsOf(text) <= columns ? text : `${headOf(text, columns - 1).trimEnd()}…`;
}

/** `text` with blanks up to `columns`: behind it, or in front of it. */
export function padTo(text: string, columns: number, side: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return side === 'left' ? blanks + text : text + blanks;
}

/** `text` in lines of at most `columns` columns, broken at blanks where there are any. */
export function wrapTo(text: string, columns: number): string[] {
  const [first = '', ...more] = text.split(' ').flatMap((word) => piecesOf(word, columns));
  const lines: string[] = [];
  let line = first;
  for (const word of more) {
    if (columnsOf(`${line} ${word}`) <= columns) {
      line = `${line} ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word in pieces that fit; at least one character each, however narrow the column is. */
function piecesOf(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (columnsOf(rest) > columns) {
    const piece = headOf(rest, columns) || firstOf(rest);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return rest === '' && pieces.length > 0 ? pieces : [...pieces, rest];
}

function firstOf(text: string): string {
  return graphemes.segment(text)[Symbol.iterator]().next().value?.segment ?? text;
}

/** The longest beginning of whole graphemes that fits. */
function headOf(text: string, columns: number): string {
  let head = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += columnsOf(segment);
    if (used > columns) {
      break;
    }
    head += segment;
  }
  return head;
}
