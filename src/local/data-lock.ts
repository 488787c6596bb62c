import { accessSync, constants, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError, UsageError } from '../shared/errors.ts';
import { privateFile, privateFiles, privateFolder } from './private-folder.ts';
import { isRunning } from './process-running.ts';
import { storageCode, storageFailure } from './storage-failure.ts';

/** Holds a data folder for this process. */
export type DataLock = { release(): void };

/** `change`: nobody else may use the folder. `look`: others may look too. */
export type DataUse = 'change' | 'look';

const lockName = 'stack.lock';
const holderName = 'stack.holder';
/** Databases of the emulators, as they name them. */
const databases = [join('sqs', 'fauxqs.db'), join('dynamodb', 'dynamodb.sqlite')] as const;
/** `lock` is of earlier builds. */
const ownNames = new Set(['sqs', 'dynamodb', lockName, holderName, 'lock']);
const busyCode = 5;

/**
 * Locks `dataDir`, which is made where there is none and closed to other users: the emulators keep queues in memory and write them
 * through, so two processes on one folder would each work on their own copy. The lock is the operating system's, taken by SQLite on
 * an empty database: no two can hold it, and it ends with its process (docs/adr/0022).
 * @throws UsageError when the name is that of no folder, PermanentError when another process uses it, or it or a file in it is unusable.
 */
export function lockDataDir(dataDir: string, use: DataUse = 'change'): DataLock {
  if (dataDir.trim() === '' || dataDir.includes('\0')) {
    throw new UsageError(`--data-dir is '${dataDir}': allowed are names of folders`);
  }
  const folder = resolve(dataDir);
  privateFolder(folder, ownNames);
  const database = takeLock(folder, dataDir, use);
  try {
    preparePlaces(folder);
    if (use === 'change') {
      writeFileSync(join(folder, holderName), String(process.pid), { mode: 0o600 });
    }
  } catch (cause) {
    database.close();
    throw storageFailure(folder, cause);
  }
  return {
    release: () => {
      if (use === 'change') {
        rmSync(join(folder, holderName), { force: true });
      }
      database.close();
    },
  };
}

function takeLock(folder: string, dataDir: string, use: DataUse): DatabaseSync {
  const file = join(folder, lockName);
  assertWritable(folder);
  privateFile(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    // A lock to look is that of a transaction that has read.
    database.exec(use === 'change' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT count(*) FROM sqlite_schema');
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
function preparePlaces(folder: string): void {
  for (const name of ['sqs', 'dynamodb']) {
    privateFolder(join(folder, name));
    privateFiles(join(folder, name));
  }
  for (const name of databases) {
    const file = join(folder, name);
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > 0) {
      assertSound(file);
    }
  }
  privateFile(join(folder, databases[0]));
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
