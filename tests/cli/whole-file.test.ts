import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertWritable, writeWholeFile } from '../../src/cli/commands/report-command.ts';
import { PermanentError, UsageError } from '../../src/shared/core/errors.ts';
import { caught } from '../support/caught.ts';
import { testFolder } from '../support/scratch-folder.ts';

describe('a file that is written whole', () => {
  it('has the new text, in place of none or, with force, of an old one', () => {
    const folder = testFolder();
    const path = join(folder, 'page.html');
    writeWholeFile(path, 'first', false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    writeWholeFile(path, 'second, with ä and 千', true);
    expect(readFileSync(path, 'utf8')).toBe('second, with ä and 千');
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  it('replaces nothing without force, not even what came after the look', () => {
    const folder = testFolder();
    const path = join(folder, 'page.html');
    assertWritable(path, '--html', false);
    writeFileSync(path, 'of another');
    expect(caught(() => writeWholeFile(path, 'mine', false))).toMatchObject({ code: 'file_exists' });
    expect(readFileSync(path, 'utf8')).toBe('of another');
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  it('does not follow a link: without force it is a file that is there, with force it is replaced', () => {
    const folder = testFolder();
    const [path, target] = [join(folder, 'page.html'), join(folder, 'precious')];
    symlinkSync(target, path);
    expect(caught(() => assertWritable(path, '--html', false))).toMatchObject({ code: 'file_exists' });
    expect(caught(() => writeWholeFile(path, 'new', false))).toMatchObject({ code: 'file_exists' });
    writeFileSync(target, 'kept');
    writeWholeFile(path, 'new', true);
    expect([readFileSync(target, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['kept', 'new']);
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
  });

  it('leaves nothing behind when it cannot be', () => {
    const folder = testFolder();
    const path = join(folder, 'page.html');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'kept');
    const error = caught(() => writeWholeFile(path, 'new', true));
    expect(error).toBeInstanceOf(PermanentError);
    expect((error as Error).message).toMatch(/^'.*page\.html' cannot be written: /);
    expect(readdirSync(folder)).toEqual(['page.html']);
    expect(readdirSync(path)).toEqual(['inside']);
  });

  it.each([false, true])('has a name that a file system takes (with force: %s)', (force) => {
    const path = join(testFolder(), 'n'.repeat(300));
    const refusal = caught(() => assertWritable(path, '--html', force));
    expect(refusal).toMatchObject({
      code: 'file_not_written',
      message: expect.stringMatching(/cannot be written: ENAMETOOLONG/),
    });
  });

  it('is refused before anything is done for it', () => {
    const folder = testFolder();
    symlinkSync('/dev/zero', join(folder, 'device'));
    writeFileSync(join(folder, 'old.html'), '');
    for (const name of ['', ' ', 'a\0b']) {
      expect(caught(() => assertWritable(name, '--html', false))).toBeInstanceOf(UsageError);
    }
    for (const name of [folder, join(folder, 'none', 'page.html'), '/dev/zero', join(folder, 'device')]) {
      expect(caught(() => assertWritable(name, '--html', true))).toBeInstanceOf(PermanentError);
    }
    expect(caught(() => assertWritable(join(folder, 'old.html'), '--html', false))).toMatchObject({
      code: 'file_exists',
    });
    expect(() => assertWritable(join(folder, 'old.html'), '--html', true)).not.toThrow();
    expect(() => assertWritable(join(folder, 'page.html'), '--html', false)).not.toThrow();
    expect(readdirSync(folder)).toEqual(['device', 'old.html']);
  });
});
