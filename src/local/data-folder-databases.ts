/**
 * The databases in a data folder. An emulator takes an empty file for a new database, so a database that was cut off would be replaced
 * without a message. A record beside the databases therefore names those that a stack has filled (docs/adr/0022).
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PermanentError } from '../shared/core/errors.ts';
import { tableFiles } from './embedded-dynamodb.ts';
import { openDatabase, storageFailure } from './private-files.ts';

/** The file of the record, beside the folders of the databases. */
export const recordName = 'stack.databases';

/** Where a database is, and the file without which it does not exist. */
type Database = { place: string; file: string };

/** The database of the queues. */
export const queueFile = join('sqs', 'fauxqs.db');
const queues: Database = { place: queueFile, file: queueFile };
const dynoxideFile = join('dynamodb', tableFiles.dynoxide);
const dynoxide: Database = { place: dynoxideFile, file: dynoxideFile };
const dynalite: Database = { place: join('dynamodb', 'dynalite'), file: join('dynamodb', tableFiles.dynalite) };
const databases = [queues, dynoxide, dynalite];

/**
 * Checks the databases that are about to be opened: the tables, and the queues where they are used too.
 * @returns a sentence for each database that was moved away, which is how a user begins without its content.
 * @throws PermanentError naming a file that is damaged, or that is empty though a stack has filled it.
 */
export function checkDatabases(folder: string, withQueues: boolean): string[] {
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
