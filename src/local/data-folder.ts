import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { assertPlain, privateFile, privateFiles, privateFolder, storageCode, storageFailure } from './private-files.ts';
import { isRunning } from './processes.ts';

/**
 * The databases of a data folder. A file without a byte is a new database to every emulator, so that one which was cut off would be begun
 * anew without a word. Which databases a stack has filled stands in a record beside them, written once they are (docs/adr/0022).
 */

/** Where a database is, and the file without which it is none. */
type Database = { place: string; file: string };

const single = (file: string): Database => ({ place: file, file });
const queues = single(join('sqs', 'fauxqs.db'));
const dynoxide = single(join('dynamodb', 'dynamodb.sqlite'));
const dynalite: Database = { place: join('dynamodb', 'dynalite'), file: join('dynamodb', 'dynalite', 'CURRENT') };
const all = [queues, dynoxide, dynalite];

/** File of the queues, as fauxqs names it. */
export const queueFile = queues.file;
/** File with the names of the databases that a stack has filled. */
export const recordName = 'stack.databases';

/**
 * Checks what is about to be opened: the tables, and the queues where they are used too.
 * @returns a sentence for each database that was there and is not any more: whoever moved it away wants to begin without it.
 * @throws PermanentError naming a file that is damaged, or is empty though a stack has filled it.
 */
export function checkDatabases(folder: string, withQueues: boolean): string[] {
  const opened = withQueues ? all : [dynoxide, dynalite];
  for (const database of opened) {
    if (database !== dynalite && hasContent(folder, database)) {
      assertSound(join(folder, database.file));
    }
  }
  const filled = readRecord(folder) ?? filledByContent(folder);
  const lost = opened.filter((database) => filled.has(database.place) && !hasContent(folder, database));
  for (const { place, file } of lost) {
    if (existsSync(join(folder, place))) {
      throw new PermanentError(
        'storage_failed',
        `'${join(folder, file)}' is empty or gone, and a stack has stored data there: restore '${join(folder, place)}' from a copy, or move it away to begin without what it held`,
      );
    }
  }
  return lost.map(({ place }) => `'${join(folder, place)}' is not there any more: beginning without what it held`);
}

/** Whether a data folder holds tables, of either emulator. */
export function holdsTables(folder: string): boolean {
  return hasContent(folder, dynoxide) || hasContent(folder, dynalite);
}

/** Notes which databases have content now. @throws PermanentError when it cannot be written. */
export function recordDatabases(folder: string): void {
  const path = join(folder, recordName);
  const unfinished = `${path}.new`;
  const places = all.filter((database) => hasContent(folder, database)).map(({ place }) => place);
  try {
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, places.map((place) => `${place}\n`).join(''), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch (cause) {
    throw storageFailure(path, cause);
  }
}

/** `undefined` where there is none, or a crash of the machine has left it without content. */
function readRecord(folder: string): ReadonlySet<string> | undefined {
  const path = join(folder, recordName);
  try {
    const places = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
    return all.some(({ place }) => places.has(place)) ? places : undefined;
  } catch (cause) {
    throw storageFailure(path, cause);
  }
}

/** Without a record (a start that was killed, or an earlier build): jobs are only ever queued by a stack that has tables. */
function filledByContent(folder: string): ReadonlySet<string> {
  return new Set(!hasContent(folder, dynalite) && holdsMessages(join(folder, queues.file)) ? [dynoxide.place] : []);
}

function holdsMessages(file: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
    return database.prepare('SELECT 1 FROM sqs_messages LIMIT 1').get() !== undefined;
  } catch {
    // No file, no such table: nothing was ever queued. What is damaged is told where it is opened.
    return false;
  } finally {
    database?.close();
  }
}

function hasContent(folder: string, { file }: Database): boolean {
  return (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** An emulator would say nothing of it, or answer each request with an error. @throws PermanentError naming the damaged file. */
function assertSound(file: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 1_000 });
    const [first] = database.prepare('PRAGMA quick_check(1)').all();
    const finding = String(Object.values(first ?? {})[0] ?? 'no answer');
    if (finding !== 'ok') {
      throw new PermanentError(
        'storage_failed',
        `'${file}' is damaged (${finding}): restore it from a copy, or move it away to begin without what it held`,
      );
    }
  } catch (cause) {
    throw storageFailure(file, cause);
  } finally {
    database?.close();
  }
}

/** Holds a data folder for this process. `notes`: sentences about what was there and is not any more. */
export type DataLock = { notes: readonly string[]; release(): void };

/** `change`: nobody else may use the folder. `tables`: nor then, and only its tables are used. `look`: others may look at them too. */
export type DataUse = 'change' | 'tables' | 'look';

const lockName = 'stack.lock';
const holderName = 'stack.holder';
/** `lock` is of earlier builds. */
const ownNames = new Set(['sqs', 'dynamodb', lockName, holderName, recordName, `${recordName}.new`, 'lock']);
const busyCode = 5;

/**
 * Locks `dataDir`, which is made where there is none and closed to other users: the emulators keep queues in memory and write them
 * through, so two processes on one folder would each work on their own copy. The lock is the operating system's, taken by SQLite on
 * an empty database: no two can hold it, and it ends with its process (docs/adr/0022).
 * @throws UsageError when the name is that of no folder, PermanentError when another process uses it, or it or a file in it is unusable or
 * a link: what is elsewhere another folder's lock could hold too.
 */
export function lockDataDir(dataDir: string, use: DataUse = 'change'): DataLock {
  if (dataDir.trim() === '' || dataDir.includes('\0')) {
    throw new UsageError(`--data-dir is '${dataDir}': allowed are names of folders`);
  }
  const folder = resolve(dataDir);
  privateFolder(folder, ownNames);
  const database = takeLock(folder, dataDir, use);
  let notes: readonly string[];
  try {
    notes = preparePlaces(folder, use);
    if (use !== 'look') {
      writeFileSync(join(folder, holderName), String(process.pid), { mode: 0o600 });
    }
  } catch (cause) {
    database.close();
    throw storageFailure(folder, cause);
  }
  return {
    notes,
    release: () => {
      if (use !== 'look') {
        rmSync(join(folder, holderName), { force: true });
      }
      database.close();
    },
  };
}

function takeLock(folder: string, dataDir: string, use: DataUse): DatabaseSync {
  const file = join(folder, lockName);
  assertWritable(folder);
  for (const name of [lockName, holderName, recordName]) {
    assertPlain(join(folder, name));
  }
  privateFile(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    // A lock to look is that of a transaction that has read.
    database.exec(use === 'look' ? 'BEGIN; SELECT count(*) FROM sqlite_schema' : 'BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode === busyCode) {
      throw new PermanentError(
        'folder_in_use',
        `the folder '${dataDir}' is in use by ${holderOf(folder)}: wait for it, or choose another one`,
      );
    }
    throw storageCode(cause) === 'SQLITE_NOTADB'
      ? new PermanentError('lock_damaged', `'${file}' is no lock: delete it when no stack uses the folder`)
      : storageFailure(file, cause);
  }
}

/** SQLite would only say that it cannot open its file. */
function assertWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw storageFailure(folder, cause);
  }
}

/** For the message only: a process id may be another's by now. */
function holderOf(folder: string): string {
  try {
    const processId = Number(readFileSync(join(folder, holderName), 'utf8'));
    return Number.isInteger(processId) && processId > 0 && isRunning(processId)
      ? `process ${processId}`
      : 'another process';
  } catch {
    return 'another process';
  }
}

/** Folders of the emulators, and their files as far as they can be made ahead; SQLite gives what it adds the same mode. */
function preparePlaces(folder: string, use: DataUse): string[] {
  for (const name of ['sqs', 'dynamodb']) {
    const place = join(folder, name);
    assertPlain(place);
    privateFolder(place);
    privateFiles(place);
  }
  const notes = checkDatabases(folder, use === 'change');
  if (use === 'change') {
    if (notes.length > 0) {
      // Told once; and what is made below is not taken for one that was cut off, should this start be killed.
      recordDatabases(folder);
    }
    privateFile(join(folder, queueFile));
  }
  return notes;
}
