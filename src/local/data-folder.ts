/**
 * A data folder: its lock, and the databases in it. An emulator takes an empty file for a new database, so a database that was cut off
 * would be replaced without a message. A record beside the databases therefore names those that a stack has filled (docs/adr/0022).
 */
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { tableFiles } from './embedded-dynamodb.ts';
import {
  assertPlain,
  assertSqlite,
  openDatabase,
  privateFile,
  privateFiles,
  privateFolder,
  storageCode,
  storageFailure,
} from './private-files.ts';
import { isRunning } from './processes.ts';

/** A data folder held by this process. `notes`: sentences about databases that were there before and no longer are. */
type DataLock = { notes: readonly string[]; release(): void };

/**
 * `change`: exclusive use of tables and queues. `tables`: exclusive use of the tables, the queues stay closed. `look`: the tables are read,
 * and other readers are allowed. `check`: nothing is opened for use, tables and queues are checked for damage.
 */
export type DataUse = 'change' | 'tables' | 'look' | 'check';

const lockName = 'stack.lock';
const holderName = 'stack.holder';
const recordName = 'stack.databases';
/** `lock` is of earlier builds. */
const ownNames = new Set(['sqs', 'dynamodb', lockName, holderName, recordName, `${recordName}.new`, 'lock']);
const busyCode = 5;

/** Where a database is, and the file without which it does not exist. */
type Database = { place: string; file: string };

const queueFile = join('sqs', 'fauxqs.db');
const queues: Database = { place: queueFile, file: queueFile };
const dynoxideFile = join('dynamodb', tableFiles.dynoxide);
const dynoxide: Database = { place: dynoxideFile, file: dynoxideFile };
const dynalite: Database = { place: join('dynamodb', 'dynalite'), file: join('dynamodb', tableFiles.dynalite) };
const databases = [queues, dynoxide, dynalite];

/**
 * Locks `dataDir`, which is made where there is none and closed to other users: the emulators keep queues in memory and write them
 * through, so two processes on one folder would each work on their own copy. The operating system holds the lock, taken by SQLite on an
 * empty database: no two processes can hold it, and it ends with its process (docs/adr/0022). `use` defaults to `change`.
 * @throws UsageError when the name cannot be that of a folder, PermanentError when another process uses the folder, or when the folder or
 * a file in it is unusable or a link: a link's target could also be held by the lock of another folder.
 */
export function lockDataDir(dataDir: string, use: DataUse = 'change'): DataLock {
  if (dataDir.trim() === '' || dataDir.includes('\0')) {
    throw new UsageError(`--data-dir is '${dataDir}': allowed are names of folders`);
  }
  assertSqlite(dataDir);
  const folder = resolve(dataDir);
  privateFolder(folder, ownNames);
  const database = takeLock(folder, dataDir, use);
  let notes: readonly string[];
  try {
    notes = preparePlaces(folder, use);
    if (!isShared(use)) {
      writeFileSync(join(folder, holderName), String(process.pid), { mode: 0o600 });
    }
  } catch (cause) {
    database.close();
    throw storageFailure(folder, cause);
  }
  return {
    notes,
    release: () => {
      if (!isShared(use)) {
        rmSync(join(folder, holderName), { force: true });
      }
      database.close();
    },
  };
}

/** Whether others may read meanwhile. */
function isShared(use: DataUse): boolean {
  return use === 'look' || use === 'check';
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
    database = openDatabase(file, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    // A transaction that has read holds a shared lock.
    database.exec(isShared(use) ? 'BEGIN; SELECT count(*) FROM sqlite_schema' : 'BEGIN EXCLUSIVE');
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

/** Checked ahead because SQLite would only say that it cannot open its file. */
function assertWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw storageFailure(folder, cause);
  }
}

/** For the message only: the process id may have been reused since. */
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

/** Makes the emulators' folders, and those of their files that can be made ahead. SQLite gives files that it adds the same mode. */
function preparePlaces(folder: string, use: DataUse): string[] {
  for (const name of ['sqs', 'dynamodb']) {
    const place = join(folder, name);
    assertPlain(place);
    privateFolder(place);
    privateFiles(place);
  }
  const notes = checkDatabases(folder, use === 'change' || use === 'check');
  if (use === 'change') {
    if (notes.length > 0) {
      // The notes are given once. Without this, the empty file made below would pass for a cut-off database if this start is killed.
      recordDatabases(folder);
    }
    privateFile(join(folder, queueFile));
  }
  return notes;
}

/**
 * Checks the databases that are about to be opened: the tables, and the queues where they are used too.
 * @returns a sentence for each database that was moved away, which is how a user begins without its content.
 * @throws PermanentError naming a file that is damaged, or that is empty though a stack has filled it.
 */
function checkDatabases(folder: string, withQueues: boolean): string[] {
  const opened = withQueues ? databases : [dynoxide, dynalite];
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

/** Whether a stack has used this folder. */
export function isDataFolder(folder: string): boolean {
  return [...ownNames].some((name) => existsSync(join(folder, name)));
}

/** Records which databases have content now. @throws PermanentError when the record cannot be written. */
export function recordDatabases(folder: string): void {
  const path = join(folder, recordName);
  const unfinished = `${path}.new`;
  const places = databases.filter((database) => hasContent(folder, database)).map(({ place }) => place);
  try {
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, places.map((place) => `${place}\n`).join(''), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch (cause) {
    throw storageFailure(path, cause);
  }
}

/** `undefined` where there is no record, or a crash of the machine has left it empty. */
function readRecord(folder: string): ReadonlySet<string> | undefined {
  const path = join(folder, recordName);
  try {
    const places = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
    return databases.some(({ place }) => places.has(place)) ? places : undefined;
  } catch (cause) {
    throw storageFailure(path, cause);
  }
}

/**
 * Without a record (a start that was killed, or an earlier build) queued jobs prove that there were tables: only a stack that has tables
 * can queue jobs.
 */
function filledByContent(folder: string): ReadonlySet<string> {
  return new Set(!hasContent(folder, dynalite) && holdsMessages(join(folder, queueFile)) ? [dynoxide.place] : []);
}

function holdsMessages(file: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(file, { readOnly: true, timeout: 1_000 });
    return database.prepare('SELECT 1 FROM sqs_messages LIMIT 1').get() !== undefined;
  } catch {
    // No such file or table: nothing was ever queued. Damage is reported where the database is opened.
    return false;
  } finally {
    database?.close();
  }
}

function hasContent(folder: string, { file }: Database): boolean {
  return (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** The emulators do not report damage, or answer each request with an error. @throws PermanentError naming the damaged file. */
function assertSound(file: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(file, { timeout: 1_000 });
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
