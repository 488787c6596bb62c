import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { privateFolder, storageCode, storageFailure } from './private-files.ts';
import { isRunning, processStart } from './processes.ts';
import { stackEndpointsSchema } from './stack-endpoints.ts';

/** What a running `local` writes for the other commands. */
export const stackFileSchema = z.object({
  processId: z.int(),
  /** When the process started; its id alone may have been reused. */
  processStart: z.string().optional(),
  ...stackEndpointsSchema.shape,
});

export type StackFile = z.infer<typeof stackFileSchema>;

/** Path of the file, below the current folder. */
export const stackFilePath = join('.local', 'stack.json');

const othersMayWrite = 0o022;
/** Far above the size of a valid file. */
const maxBytes = 65_536;

/**
 * The running stack; `undefined` when there is no file, or its process has ended.
 * @throws PermanentError naming the file when it is damaged, or when others could have written it.
 */
export function readStackFile(path = stackFilePath): StackFile | undefined {
  const text = ownText(path);
  if (text === undefined) {
    return undefined;
  }
  const parsed = stackFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new PermanentError(
      'stack_file_damaged',
      `'${path}' is damaged: it does not say where a stack runs; delete it, and start \`local\` again`,
    );
  }
  return isAlive(parsed.data) ? parsed.data : undefined;
}

/** Writes the file, readable by this user alone. @throws PermanentError when it cannot be written. */
export function writeStackFile(stack: StackFile, path = stackFilePath): void {
  privateFolder(dirname(path));
  const unfinished = `${path}.${stack.processId}`;
  const start = processStart(stack.processId);
  try {
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, `${JSON.stringify({ ...stack, processStart: start }, undefined, 2)}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw storageFailure(path, cause);
  }
}

/** Removes the file if it is that of `processId`: of two stacks that start at once, the later one's file is kept. */
export function removeStackFile(processId: number, path = stackFilePath): void {
  if (ownerOf(path) === processId) {
    rmSync(path, { force: true });
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return stackFileSchema.safeParse(parseJson(ownText(path) ?? '')).data?.processId;
  } catch {
    return undefined;
  }
}

/**
 * The file decides where calls and tokens are sent, so nobody else may have written it. Owner and mode are those of the open file, which is
 * also the one read, even if the path is replaced meanwhile. Empty when the file is too long.
 */
function ownText(path: string): string | undefined {
  const descriptor = openOwn(path);
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      throw notOwn(path, 'it is no file');
    }
    const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
    if (foreign || (stats.mode & othersMayWrite) !== 0) {
      throw notOwn(path, 'others may have written it');
    }
    return stats.size > maxBytes ? '' : readFileSync(descriptor, 'utf8');
  } catch (cause) {
    throw cause instanceof PermanentError ? cause : unreadable(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

/** Follows no link and does not wait for the writer of a pipe. `undefined` where there is no file. */
function openOwn(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    switch (storageCode(cause)) {
      case 'ENOENT':
        return undefined;
      case 'ELOOP':
      // A socket, or a device without a driver.
      case 'ENXIO':
      case 'ENODEV':
        throw notOwn(path, 'it is no file');
      default:
        throw unreadable(path, cause);
    }
  }
}

function notOwn(path: string, why: string): PermanentError {
  return new PermanentError(
    'stack_file_not_own',
    `'${path}' is not used: ${why}; delete it, and start \`local\` again`,
  );
}

function unreadable(path: string, cause: unknown): PermanentError {
  return new PermanentError(
    'stack_file_unreadable',
    `'${path}' cannot be read: ${messageOf(cause)}; delete it, and start \`local\` again`,
  );
}

function isAlive({ processId, processStart: start }: StackFile): boolean {
  return isRunning(processId) && (start === undefined || start === processStart(processId));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
