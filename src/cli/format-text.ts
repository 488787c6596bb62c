import { styleText } from 'node:util';

/** Columns of equal width, the first line as a heading; columns of numbers to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const numeric = heading.map((_name, column) => rows.every((row) => isFigure(row[column] ?? '')));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [styleText('dim', line(heading)), ...rows.map(line)].join('\n');
}

/** `98.2%`; nothing where there is none. */
export function shareText(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(1)}%`;
}

/** A heading in bold. */
export function title(text: string): string {
  return styleText('bold', text);
}

function isFigure(cell: string): boolean {
  return /^[\d.,$%]*$/.test(cell);
}
