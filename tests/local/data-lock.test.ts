import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from '../../src/local/data-lock.ts';
import { testFolder } from '../support/scratch-folder.ts';

describe('lock of a data folder', () => {
  it('makes the folder, and leaves nothing in it when it is released', () => {
    const folder = join(testFolder(), 'not', 'yet', 'there');
    const lock = lockDataDir(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be taken again after it was released', () => {
    const folder = testFolder();
    lockDataDir(folder).release();
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it('is refused while another process holds it, in a sentence that names folder and process', async () => {
    const folder = testFolder();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)']);
    onTestFinished(() => void other.kill('SIGKILL'));
    writeFileSync(join(folder, 'lock'), String(other.pid));
    expect(() => lockDataDir(folder)).toThrow(
      new Error(`the folder '${folder}' is in use by process ${other.pid}: wait for it, or choose another one`),
    );
    expect(existsSync(join(folder, 'lock'))).toBe(true);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(() => lockDataDir(folder)).not.toThrow();
  });

  it.each(['', 'nonsense', '-5', '0', '1.5'])('whose file holds %j counts for nothing', (text) => {
    const folder = testFolder();
    writeFileSync(join(folder, 'lock'), text);
    expect(() => lockDataDir(folder)).not.toThrow();
  });
});
