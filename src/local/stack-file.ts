import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isRunning } from './process-running.ts';
import { stackEndpointsSchema } from './stack-endpoints.ts';

/** What a running `local` leaves for the other commands. */
export const stackFileSchema = z.object({ processId: z.int(), ...stackEndpointsSchema.shape });

export type StackFile = z.infer<typeof stackFileSchema>;

/** Where it stands, below the current folder. */
export const stackFilePath = join('.local', 'stack.json');

/** The stack that runs, as its file says; `undefined` when there is none, or its process is gone. */
export function readStackFile(path = stackFilePath): StackFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const parsed = stackFileSchema.safeParse(parseJson(text));
  return parsed.success && isRunning(parsed.data.processId) ? parsed.data : undefined;
}

/** Leaves the file. */
export function writeStackFile(stack: StackFile, path = stackFilePath): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${stack.processId}`;
  writeFileSync(unfinished, `${JSON.stringify(stack, undefined, 2)}\n`);
  renameSync(unfinished, path);
}

/** Takes the file away. */
export function removeStackFile(path = stackFilePath): void {
  rmSync(path, { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
