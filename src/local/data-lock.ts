import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { checkDatabases, queueFile, recordDatabases, recordName } from './data-databases.ts';
import { assertPlain, privateFile, privateFiles, privateFolder } from './private-folder.ts';
import { isRunning } from './process-running.ts';
import { storageCode, storageFailure } from './storage-failure.ts';

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
