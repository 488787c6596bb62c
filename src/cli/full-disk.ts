import { statfsSync } from 'node:fs';
import { PermanentError, PipelineError } from '../shared/core/errors.ts';
import { AwsCallError } from './aws-call-failure.ts';

/** Less than what a page of SQLite's log needs, with some to spare. */
const fullBelowBytes = 65_536;

/**
 * What to say of a failure while a data folder was in use: when its disk is full, that. The emulators answer then with internal errors,
 * and whoever asked them tells of anything but the disk.
 * @param note takes the sentence where the failure has words of its own that must stay
 */
export function explainFullDisk(
  error: unknown,
  dataDir: string,
  note: (text: string) => void,
  freeBytes: (path: string) => number | undefined = freeBytesOf,
): unknown {
  const free = freeBytes(dataDir);
  if (free === undefined || free >= fullBelowBytes) {
    return error;
  }
  const sentence = `the disk that holds '${dataDir}' is full (ENOSPC), make room and run it again`;
  const hasOwnWords = error instanceof PipelineError && !(error instanceof AwsCallError);
  if (hasOwnWords) {
    note(sentence);
    return error;
  }
  return new PermanentError('disk_full', sentence, { cause: error });
}

/** For this user: root may use what is reserved. `undefined` where there is no such folder. */
function freeBytesOf(path: string): number | undefined {
  try {
    const { bsize, bavail, bfree } = statfsSync(path);
    return bsize * (process.getuid?.() === 0 ? bfree : bavail);
  } catch {
    return undefined;
  }
}
