import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from '../../src/local/data-folder.ts';
import { recordDatabases } from '../../src/local/data-folder-databases.ts';
import { PermanentError, UsageError } from '../../src/shared/core/errors.ts';
import { caught } from '../support/caught.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const lockModule = join(repositoryRoot, 'src/local/data-folder.ts');
const modeOf = (path: string) => statSync(path).mode & 0o777;

/** A process that says whether it got the lock, and holds it until it is killed. */
function locker(folder: string): { child: ChildProcess; answer: Promise<string> } {
  const script = `
    const { lockDataDir } = await import(${JSON.stringify(lockModule)});
    process.stdin.once('data', () => {
      try { globalThis.lock = lockDataDir(${JSON.stringify(folder)}); process.stdout.write('held\\n'); }
      catch (error) { process.stdout.write(error.code + ': ' + error.message + '\\n'); }
    });
    process.stdout.write('ready\\n');`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const answer = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => text.startsWith('ready') || resolve(text.trim()));
  });
  return { child, answer };
}

async function ready({ child }: { child: ChildProcess }): Promise<void> {
  await once(child.stdout as NodeJS.ReadableStream, 'data');
}

describe('lock of a data folder', () => {
  it('makes the folder, private whatever the umask', () => {
    const folder = join(testFolder(), 'not', 'yet', 'there');
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const lock = lockDataDir(folder);
    onTestFinished(() => lock.release());
    for (const path of [folder, join(folder, '..'), join(folder, 'sqs'), join(folder, 'dynamodb')]) {
      expect(modeOf(path)).toBe(0o700);
    }
    expect(modeOf(join(folder, 'stack.lock'))).toBe(0o600);
    expect(modeOf(join(folder, 'sqs', 'fauxqs.db'))).toBe(0o600);
  });

  it('closes a folder of an earlier build to others, with all that is in it', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'dynamodb', 'dynalite'), { recursive: true });
    const file = join(folder, 'dynamodb', 'dynalite', 'CURRENT');
    writeFileSync(file, 'x');
    chmodSync(file, 0o644);
    chmodSync(folder, 0o755);
    lockDataDir(folder).release();
    expect([modeOf(folder), modeOf(file)]).toEqual([0o700, 0o600]);
  });

  it('leaves a folder that holds other things as it is, and refuses it when it is open to others', () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'letter.txt'), 'mine');
    chmodSync(folder, 0o755);
    expect(caught(() => lockDataDir(folder))).toMatchObject({ code: 'folder_not_private' });
    expect(modeOf(folder)).toBe(0o755);
    chmodSync(folder, 0o700);
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it.skipIf(process.getuid?.() !== 0)('refuses a folder of another user', async () => {
    const { chownSync } = await import('node:fs');
    const folder = testFolder();
    chownSync(folder, 12_345, 12_345);
    expect(caught(() => lockDataDir(folder))).toMatchObject({ code: 'folder_of_another' });
  });

  it('can be taken again after it was released', () => {
    const folder = testFolder();
    lockDataDir(folder).release();
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it('is held by one of two, also within a process', () => {
    const folder = testFolder();
    const lock = lockDataDir(folder);
    expect((caught(() => lockDataDir(folder)) as Error).message).toBe(
      `the folder '${folder}' is in use by process ${process.pid}: wait for it, or choose another one`,
    );
    expect(caught(() => lockDataDir(folder, 'look'))).toMatchObject({ code: 'folder_in_use' });
    lock.release();
  });

  it('lets several look, but nobody change meanwhile', () => {
    const folder = testFolder();
    const looks = [lockDataDir(folder, 'look'), lockDataDir(folder, 'look')];
    expect(caught(() => lockDataDir(folder))).toMatchObject({ code: 'folder_in_use' });
    for (const look of looks) {
      look.release();
    }
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it('is held by exactly one of two processes that start at once, and ends with it however it ends', async () => {
    const folder = testFolder();
    const lockers = [locker(folder), locker(folder)];
    await Promise.all(lockers.map(ready));
    for (const { child } of lockers) {
      child.stdin?.write('go\n');
    }
    const answers = await Promise.all(lockers.map(({ answer }) => answer));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith('folder_in_use: '))).toHaveLength(1);
    for (const { child } of lockers) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it.each(['', 'nonsense', '-5', '0', String(process.ppid)])(
    'is not held by a process id that was left behind: %j',
    (text) => {
      const folder = testFolder();
      for (const name of ['lock', 'stack.holder']) {
        writeFileSync(join(folder, name), text);
      }
      expect(() => lockDataDir(folder).release()).not.toThrow();
    },
  );

  it('names the lock file that is none', () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'stack.lock'), 'rubbish');
    expect((caught(() => lockDataDir(folder)) as Error).message).toBe(
      `'${join(folder, 'stack.lock')}' is no lock: delete it when no stack uses the folder`,
    );
    expect(readFileSync(join(folder, 'stack.lock'), 'utf8')).toBe('rubbish');
  });
});

describe('a damaged database of an emulator', () => {
  it.each(['sqs/fauxqs.db', 'dynamodb/dynamodb.sqlite'])('%s is named before anything starts', (name) => {
    const folder = testFolder();
    const file = join(folder, name);
    mkdirSync(join(file, '..'));
    const database = new DatabaseSync(file);
    database.exec(
      'CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO t SELECT hex(randomblob(50)) FROM n',
    );
    database.close();
    lockDataDir(folder).release();
    const whole = readFileSync(file);
    const damages = [
      whole.subarray(0, whole.length / 2),
      Buffer.from('no database at all, but a text '.repeat(50)),
      Buffer.alloc(5_000),
    ];
    for (const bytes of damages) {
      writeFileSync(file, bytes);
      const error = caught(() => lockDataDir(folder));
      expect(error).toBeInstanceOf(PermanentError);
      expect((error as Error).message).toMatch(
        new RegExp(`^'${file}' is damaged.*: restore it from a copy, or move it away`),
      );
    }
    writeFileSync(file, whole);
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });
});

/** A folder as a stack leaves it, with one job queued. */
function usedFolder(engine: 'dynoxide' | 'dynalite' = 'dynoxide'): string {
  const folder = testFolder();
  lockDataDir(folder).release();
  fill(folder, queueFile, 'CREATE TABLE sqs_messages (a); INSERT INTO sqs_messages VALUES (1)');
  if (engine === 'dynoxide') {
    fill(folder, tablesFile, 'CREATE TABLE t (a)');
  } else {
    mkdirSync(join(folder, 'dynamodb', 'dynalite'));
    writeFileSync(join(folder, currentFile), 'MANIFEST-000002\n');
  }
  return folder;
}

function fill(folder: string, name: string, statements: string): void {
  const database = new DatabaseSync(join(folder, name));
  database.exec(statements);
  database.close();
}

const queueFile = join('sqs', 'fauxqs.db');
const tablesFile = join('dynamodb', 'dynamodb.sqlite');
const currentFile = join('dynamodb', 'dynalite', 'CURRENT');

describe('a database that was cut off', () => {
  it.each([
    ['queues', 'dynoxide', queueFile, queueFile],
    ['tables', 'dynoxide', tablesFile, tablesFile],
    ['tables of dynalite', 'dynalite', currentFile, join('dynamodb', 'dynalite')],
  ] as const)('is not begun anew: %s', (_what, engine, file, place) => {
    const folder = usedFolder(engine);
    recordDatabases(folder);
    truncateSync(join(folder, file));
    expect((caught(() => lockDataDir(folder)) as Error).message).toBe(
      `'${join(folder, file)}' is empty or gone, and a stack has stored data there: restore '${join(folder, place)}' from a copy, or move it away to begin without what it held`,
    );
    rmSync(join(folder, place), { recursive: true });
    const lock = lockDataDir(folder);
    expect(lock.notes).toEqual([`'${join(folder, place)}' is not there any more: beginning without what it held`]);
    lock.release();
  });

  it('is told once when it was moved away: a start that is killed then can go on', () => {
    const folder = usedFolder();
    recordDatabases(folder);
    rmSync(join(folder, queueFile));
    lockDataDir(folder).release();
    const lock = lockDataDir(folder);
    expect(lock.notes).toEqual([]);
    lock.release();
  });

  it('stops nobody who does not open it', () => {
    const folder = usedFolder();
    recordDatabases(folder);
    truncateSync(join(folder, queueFile));
    for (const use of ['look', 'tables'] as const) {
      expect(() => lockDataDir(folder, use).release()).not.toThrow();
    }
    truncateSync(join(folder, tablesFile));
    expect(caught(() => lockDataDir(folder, 'look'))).toMatchObject({ code: 'storage_failed' });
  });

  it.each(['empty', 'torn'])('is found without a record, by the jobs that are queued; the record %s', (what) => {
    const folder = usedFolder();
    if (what === 'torn') {
      writeFileSync(join(folder, 'stack.databases'), '');
    }
    truncateSync(join(folder, tablesFile));
    expect(caught(() => lockDataDir(folder))).toMatchObject({ code: 'storage_failed' });
  });

  it.each([
    ['before the queues are written', [[queueFile, '']]],
    ['before the tables are made', [[queueFile, 'CREATE TABLE sqs_messages (a)']]],
    [
      'while the tables are made',
      [
        [queueFile, 'CREATE TABLE sqs_messages (a)'],
        [tablesFile, ''],
      ],
    ],
    ['with tables alone', [[tablesFile, 'CREATE TABLE t (a)']]],
  ] as const)('is not a start that was killed %s', (_what, files) => {
    const folder = testFolder();
    lockDataDir(folder).release();
    for (const [name, statements] of files) {
      statements === '' ? writeFileSync(join(folder, name), '') : fill(folder, name, statements);
    }
    for (const use of ['change', 'look', 'change'] as const) {
      const lock = lockDataDir(folder, use);
      expect(lock.notes).toEqual([]);
      lock.release();
    }
  });
});

describe('what leads out of a data folder', () => {
  const names = ['sqs', 'dynamodb', queueFile, tablesFile, 'stack.lock', 'stack.holder', 'stack.databases'];

  it.each(names)('is refused: %s as a link', (name) => {
    const folder = testFolder();
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    for (const target of [testFolder(), '/dev/zero', join(folder, 'nowhere')]) {
      symlinkSync(target, path);
      for (const use of ['change', 'look'] as const) {
        expect((caught(() => lockDataDir(folder, use)) as Error).message).toBe(
          `'${path}' is a symbolic link: a data folder holds its files itself; move it away or put a copy in its place, or choose another folder`,
        );
      }
      unlinkSync(path);
    }
    expect(() => lockDataDir(folder).release()).not.toThrow();
  });

  it.each(names)('is refused: %s as a pipe', (name) => {
    const folder = testFolder();
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    execFileSync('mkfifo', [path]);
    expect((caught(() => lockDataDir(folder)) as Error).message).toMatch(
      new RegExp(`^'${path}' is a device, a pipe or a socket: `),
    );
  });

  it('is refused: a second name of a database in another folder', () => {
    const [folder, other] = [usedFolder(), testFolder()];
    mkdirSync(join(other, 'dynamodb'));
    linkSync(join(folder, tablesFile), join(other, tablesFile));
    expect(caught(() => lockDataDir(other))).toMatchObject({ code: 'not_plain' });
  });
});

describe('a name that is no data folder', () => {
  it('is refused in a sentence, and nothing hangs', () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
    const usage = ['', ' ', 'a\0b', join(folder, 'file'), '/dev/zero'];
    for (const name of usage) {
      expect(caught(() => lockDataDir(name))).toBeInstanceOf(UsageError);
    }
    const impossible = [
      '/proc/no/such',
      join(folder, 'dangling'),
      join(folder, 'circle'),
      join(folder, 'x'.repeat(300)),
      `${folder}${'/y'.repeat(4_000)}`,
    ];
    for (const name of impossible) {
      const error = caught(() => lockDataDir(name));
      expect(error).toBeInstanceOf(PermanentError);
      expect((error as Error).message).toMatch(/^'.*' (cannot be|belongs to|is ).* \([A-Z]+\): /s);
    }
  });

  it.each(['trailing/', 'with\u001b[31mcontrol\nsigns', './rel/../relative'])('but %j is one', (name) => {
    const folder = testFolder();
    expect(() => lockDataDir(`${folder}/${name}`).release()).not.toThrow();
  });

  it('and so is a link to a folder', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    lockDataDir(join(folder, 'link')).release();
    expect(statSync(join(folder, 'real', 'stack.lock')).isFile()).toBe(true);
  });
});
