/** A data folder, which one process uses at a time (docs/adr/0022). */
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { checkDatabases, queueFile, recordDatabases, recordName } from './data-folder-databases.ts';
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
/** `lock` is of earlier builds. */
const ownNames = new Set(['sqs', 'dynamodb', lockName, holderName, recordName, `${recordName}.new`, 'lock']);
const busyCode = 5;

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

/** Whether a stack has used this folder. */
export function isDataFolder(folder: string): boolean {
  return [...ownNames].some((name) => existsSync(join(folder, name)));
}
