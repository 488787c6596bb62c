import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './process-running.ts';

/** Holds a data folder for this process. */
export type DataLock = { release(): void };

/**
 * Locks `dataDir`: the emulators keep queues in memory and write them through, so two processes on one folder would each work
 * on their own copy. A lock whose process is gone counts for nothing.
 * @throws when another process holds it.
 */
export function lockDataDir(dataDir: string): DataLock {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  const holder = holderOf(file);
  if (holder !== undefined && holder !== process.pid && isRunning(holder)) {
    throw new Error(`the folder '${dataDir}' is in use by process ${holder}: wait for it, or choose another one`);
  }
  writeFileSync(file, String(process.pid));
  return { release: () => rmSync(file, { force: true }) };
}

function holderOf(file: string): number | undefined {
  try {
    const processId = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(processId) && processId > 0 ? processId : undefined;
  } catch {
    return undefined;
  }
}
