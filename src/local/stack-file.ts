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

/** What a running `local` leaves for the other commands. */
export const stackFileSchema = z.object({
  processId: z.int(),
  /** When the process began: its id alone may be another's by now. */
  processStart: z.string().optional(),
  ...stackEndpointsSchema.shape,
});

export type StackFile = z.infer<typeof stackFileSchema>;

/** Where it stands, below the current folder. */
export const stackFilePath = join('.local', 'stack.json');

const othersMayWrite = 0o022;
/** Much more than it ever has. */
const mostBytes = 65_536;

/**
 * The stack that runs, as its file says; `undefined` when there is none, or its process is gone.
 * @throws PermanentError naming the file when it is not understood, or is not this user's alone to write.
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

/** Leaves the file, for this user alone. @throws PermanentError when it cannot be written. */
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

/** Takes the file away, where it is that of `processId`: of two stacks that start at once the later one's stands. */
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

/** Where calls and tokens go must be nobody else's to say: what is judged is what is read, whatever is put in its place meanwhile. */
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
    return stats.size > mostBytes ? '' : readFileSync(descriptor, 'utf8');
  } catch (cause) {
    throw cause instanceof PermanentError ? cause : unreadable(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

/** Follows no link, and waits for nobody at the other end of a pipe. `undefined` where there is nothing. */
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
