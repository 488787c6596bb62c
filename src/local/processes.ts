import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ProcessEnd } from './watch-emulators.ts';

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

/** Whether a process of this id runs on this machine. */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // It runs, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process began, in words of the operating system: with its id it names the process, since ids are given again. `undefined` where
 * it does not run or the system does not say.
 */
export function processStart(processId: number): string | undefined {
  try {
    return process.platform === 'linux' ? linuxStart(processId) : posixStart(processId);
  } catch {
    return undefined;
  }
}

/** Clock ticks since the machine started, and which start it was: proc_pid_stat(5), field 22. The name in field 2 may hold anything. */
function linuxStart(processId: number): string | undefined {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
}

function posixStart(processId: number): string {
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(processId)], { encoding: 'utf8' }).trim();
}

/** Shells that stand between npm and what it runs, where they do not give their place to it. */
const shells = /^(sh|dash|bash|ash|busybox|ksh|mksh|zsh)$/;

/**
 * Tells whether whoever started this process has ended since: its parent, and, where the parent is npm's shell, npm itself. Where
 * npm is told to end, by SIGTERM, SIGHUP or SIGKILL, the shell or npm ends alone, and nobody tells us.
 */
export function watchParents(): () => boolean {
  const parent = process.ppid;
  const facts = processFacts(parent);
  const grandparent = facts !== undefined && shells.test(facts.name) ? facts.parentId : undefined;
  return () =>
    process.ppid !== parent ||
    !isRunning(parent) ||
    (grandparent !== undefined && processFacts(parent)?.parentId !== grandparent);
}

/** Name and parent of a process, where the system tells them in a file (Linux). */
function processFacts(processId: number): { name: string; parentId: number } | undefined {
  try {
    // `4608 (sh) S 4577 …`: the name may hold blanks and brackets itself.
    const [, name, parentId] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${processId}/stat`, 'utf8')) ?? [];
    return name === undefined ? undefined : { name, parentId: Number(parentId) };
  } catch {
    return undefined;
  }
}
