import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { readNamedFile, settingsFromFile } from '../../../src/shared/settings/settings-file.ts';
import { caught } from '../../support/caught.ts';
import { testFolder } from '../../support/scratch-folder.ts';

const refusal = (path: string) => {
  const error = caught(() => readNamedFile(path, 'settings file'));
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message.replace(path, 'PATH');
};

describe('a file that a person names', () => {
  it('is read when it is one, also through a link and below /proc', () => {
    const path = join(testFolder(), 'a.json');
    writeFileSync(path, 'ä');
    expect(readNamedFile(path, 'settings file')).toBe('ä');
  });

  it('is refused in a sentence when it is something else, and nobody waits', () => {
    const folder = testFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    mkdirSync(join(folder, 'folder'));
    expect(refusal(join(folder, 'folder'))).toBe("settings file 'PATH' is a folder: name a regular file");
    expect(refusal(pipe)).toBe("settings file 'PATH' is a device or a pipe: name a regular file");
    expect(refusal('/dev/zero')).toBe("settings file 'PATH' is a device or a pipe: name a regular file");
    expect(refusal(join(folder, 'none'))).toBe(
      "settings file 'PATH' cannot be read (ENOENT): check its name and its permissions",
    );
    expect(refusal(join(folder, 'pipe', 'x'))).toBe(
      "settings file 'PATH' cannot be read (ENOTDIR): check its name and its permissions",
    );
  });

  it('is refused when it is too long or no text', () => {
    const path = join(testFolder(), 'a.json');
    writeFileSync(path, ' '.repeat(1_048_577));
    expect(refusal(path)).toBe("settings file 'PATH' is too long: allowed are up to 1048576 bytes");
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(refusal(path)).toBe("settings file 'PATH' is not UTF-8 text: save it as UTF-8");
  });
});

describe('a settings file', () => {
  it('may begin with a byte order mark', () => {
    const path = join(testFolder(), 'a.json');
    writeFileSync(path, '\uFEFF{"defaultLanguage":"de-DE"}');
    expect(settingsFromFile(path).defaultLanguage).toBe('de-DE');
  });

  it.each(['', ' ', 'a\0b', { a: 1 }, 17])('is not named by %j', (path) => {
    expect(caught(() => settingsFromFile(path))).toBeInstanceOf(UsageError);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('reaches nothing that objects share: %s', (name) => {
    const path = join(testFolder(), 'a.json');
    for (const text of [`{"${name}":{"polluted":1}}`, `{"worker":{"${name}":{"polluted":1}}}`]) {
      writeFileSync(path, text);
      expect(caught(() => settingsFromFile(path))).toBeInstanceOf(UsageError);
    }
    expect({}).not.toHaveProperty('polluted');
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf'])('knows no setting %s', (name) => {
    const path = join(testFolder(), 'a.json');
    writeFileSync(path, `{"${name}":{"a":1}}`);
    expect((caught(() => settingsFromFile(path)) as Error).message).toBe(`settings: Unrecognized key: "${name}"`);
  });
});
