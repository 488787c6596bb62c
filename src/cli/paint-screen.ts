import type { CliOutput } from './cli-output.ts';
import { cutTo, wrapTo } from './display-columns.ts';
import { cutStyled, isStyled, printable } from './styled-text.ts';
import { writeOutput } from './write-output.ts';

const home = '\u001b[H';
/** In front of each line, not behind it: there the cursor may stand on the line's last character. */
const clearLine = '\u001b[2K';
const clearBelow = '\u001b[J';

/** Shows `text` in place of what was there. On something else than a terminal it is written below. */
export function paintScreen(text: string, output: CliOutput): void {
  const { isTTY, rows, columns } = process.stdout;
  if (!isTTY || !(rows > 0 && columns > 0)) {
    output.result(undefined, text);
    return;
  }
  const lines = fitScreen(text.split('\n'), rows, columns).map((line) => clearLine + printable(line, process.stdout));
  const below = lines.length < rows ? `\n${clearBelow}` : '';
  writeOutput(process.stdout, `${home}${lines.join('\n')}${below}`);
}

/** The first lines, as many as fit, long ones wrapped; the last line then says how many are missing. */
export function fitScreen(lines: readonly string[], rows: number, columns: number): string[] {
  const wrapped = lines.flatMap((line) => (isStyled(line) ? [cutStyled(line, columns)] : wrapTo(line, columns)));
  if (wrapped.length <= rows) {
    return wrapped;
  }
  const shown = wrapped.slice(0, Math.max(0, rows - 1));
  return [...shown, cutTo(`… ${wrapped.length - shown.length} more lines: a higher screen shows them`, columns)];
}
