import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertWritable, replaceFile } from '../../src/cli/whole-file.ts';
import { PermanentError, UsageError } from '../../src/shared/errors.ts';
import { caught } from '../support/caught.ts';
import { testFolder } from '../support/scratch-folder.ts';

describe('a file that is replaced', () => {
  it('has the new text, in place of none or of an old one', () => {
    const folder = testFolder();
    const path = join(folder, 'page.html');
    for (const text of ['first', 'second, with ä and 千']) {
      replaceFile(path, text);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  it('leaves nothing behind when it cannot be', () => {
    const folder = testFolder();
    const path = join(folder, 'page.html');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'kept');
    const error = caught(() => replaceFile(path, 'new'));
    expect(error).toBeInstanceOf(PermanentError);
    expect((error as Error).message).toMatch(/^'.*page\.html' cannot be written: /);
    expect(readdirSync(folder)).toEqual(['page.html']);
    expect(readdirSync(path)).toEqual(['inside']);
  });

  it('is refused before anything is done for it', () => {
    const folder = testFolder();
    expect(caught(() => assertWritable('', '--html'))).toBeInstanceOf(UsageError);
    expect(caught(() => assertWritable('a\0b', '--html'))).toBeInstanceOf(UsageError);
    expect(caught(() => assertWritable(folder, '--html'))).toBeInstanceOf(PermanentError);
    expect(caught(() => assertWritable(join(folder, 'none', 'page.html'), '--html'))).toBeInstanceOf(PermanentError);
    expect(() => assertWritable(join(folder, 'page.html'), '--html')).not.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });
});
