import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProcessEnd } from './emulator-death.ts';

/** A child process that cannot outlive this one. */
export type GuardedProcess = {
  /** Resolves with the first line of output that contains `text`; rejects with the output when the process ends before. */
  waitForLine(text: string): Promise<string>;
  /** Resolves when it has ended, by itself or otherwise. */
  ended: Promise<ProcessEnd>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
};

/** From the request to end until the end. */
const graceSeconds = 5;

/**
 * Runs `command` under a shell that holds our end of a pipe: whatever ends this process, kill -9 included, closes the pipe,
 * and the shell then ends the command. It stands in a session of its own, so that Ctrl-C in the terminal reaches us alone
 * and we can still drain. What it writes is for this user alone. A command that does not heed (dynoxide hangs in about one of a thousand ends) is killed.
 */
const guardScript = `
umask 077
exec 3<&0
"$@" </dev/null 2>&1 3<&- &
child=$!
(
  read -r _ <&3
  kill "$child"
  trap 'kill $!; exit' TERM
  sleep ${graceSeconds} &
  wait $!
  kill -9 "$child"
) >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** Starts `command` with `args`, guarded. POSIX only. */
export function startGuarded(command: string, args: readonly string[]): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', guardScript, 'guard', command, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    // Nothing of ours is for it to know, the token least.
    env: {},
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  return {
    waitForLine: (text) => waitForLine(child, text),
    ended,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

function waitForLine(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      seen.push(line);
      if (line.includes(text)) {
        resolve(line);
      }
    });
    child.once('error', reject);
    lines.once('close', () => reject(new Error(seen.join('\n'))));
  });
}
