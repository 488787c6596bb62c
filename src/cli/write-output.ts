import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { messageOf, PermanentError } from '../shared/core/errors.ts';

/** This process's stdout or stderr. */
type OutputStream = NodeJS.WriteStream & { fd: number };

/** Code of the error that `writeOutput` throws. */
export const resultNotWritten = 'result_not_written';

const watched = new WeakSet<OutputStream>();
const gone = new WeakSet<OutputStream>();

/**
 * Writes `text` whole. A reader that closes early (`| head`) ends the output, not the work; anything else that prevents
 * writing is a failure of the command.
 * @throws PermanentError when it cannot be written: a full disk, a broken device.
 */
export function writeOutput(stream: OutputStream, text: string): void {
  watch(stream);
  if (isClosed(stream)) {
    return;
  }
  if ((stream as unknown) instanceof Socket) {
    stream.write(text);
  } else {
    writeWhole(stream.fd, text);
  }
}

/** Whether the reader of the stream has closed it. */
export function isClosed(stream: OutputStream): boolean {
  return gone.has(stream) || stream.destroyed;
}

/** Pipes and terminals tell their errors later; without a listener Node would end the process with a stack trace. */
function watch(stream: OutputStream): void {
  if (!watched.has(stream)) {
    watched.add(stream);
    stream.on('error', () => gone.add(stream));
  }
}

/** `stream.write` to a file writes once and ignores how many bytes were written: on a full disk the end would be missing. */
function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written);
    }
  } catch (cause) {
    throw new PermanentError(resultNotWritten, `the result could not be written: ${reasonOf(cause)}`);
  }
}

function reasonOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'the disk is full (ENOSPC)' : messageOf(cause);
}
