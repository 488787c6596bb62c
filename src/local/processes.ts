/** Processes of this machine: children that end with this process, and whether other processes still run. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How a process ended. */
export type ProcessEnd = { code: number | null; signal: string | null };

/** Whether a signal ended it, not its own failure. A shell reports a signal as exit code 128 + its number. */
export function wasKilled({ code, signal }: ProcessEnd): boolean {
  return signal !== null || (code !== null && code > 128);
}

/** For messages: `killed by SIGKILL`, `exit code 1`. */
export function describeEnd({ code, signal }: ProcessEnd): string {
  if (signal !== null) {
    return `killed by ${signal}`;
  }
  return code !== null && code > 128 ? `killed by signal ${code - 128}` : `exit code ${code ?? 'unknown'}`;
}

/** A child process that cannot outlive this one. */
export type GuardedProcess = {
  /** Resolves with the first line of output that contains `text`; rejects with the output when the process ends before. */
  waitForLine(text: string): Promise<string>;
  /** Resolves when it has ended, by itself or otherwise. */
  ended: Promise<ProcessEnd>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
};

/** How long a command may take to end before it is killed. */
const graceSeconds = 5;

/**
 * Runs a command under a shell that reads from a pipe whose other end this process holds: whatever ends this process, kill -9 included,
 * closes the pipe, and the shell then ends the command. A command that does not end in time is killed (dynoxide hangs about once in a
 * thousand ends). Files that it creates are readable by this user alone.
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

/**
 * Starts `command` with `args`, and an empty environment, so that it ends with this process at the latest. It has a session of its own:
 * Ctrl-C in the terminal reaches this process alone, which can still drain what is in flight. POSIX only.
 */
export function startGuarded(command: string, args: readonly string[]): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', guardScript, 'guard', command, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    // The command needs no variables, and must not see the TMDB token.
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
 * When a process started, as the operating system writes it. Together with the id it identifies a process, since ids are reused.
 * `undefined` where the process does not run or the system does not tell.
 */
export function processStart(processId: number): string | undefined {
  try {
    return process.platform === 'linux' ? linuxStart(processId) : posixStart(processId);
  } catch {
    return undefined;
  }
}

/** Field 22 of proc_pid_stat(5), clock ticks since the machine was booted, with the id of that boot. */
function linuxStart(processId: number): string | undefined {
  const ticks = linuxStat(processId).fields[19];
  return ticks && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
}

/** Name of a process, and the fields of proc_pid_stat(5) from the third on. @throws where there is no such process or file. */
function linuxStat(processId: number): { name: string; fields: string[] } {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  // `4608 (sh) S 4577 …`: the name may itself hold blanks and brackets.
  const end = stat.lastIndexOf(')');
  return { name: stat.slice(stat.indexOf('(') + 1, end), fields: stat.slice(end + 2).split(' ') };
}

function posixStart(processId: number): string {
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(processId)], { encoding: 'utf8' }).trim();
}

/** Shells that npm starts scripts with; some stay between npm and the script instead of replacing themselves by it (`exec`). */
const shells = /^(sh|dash|bash|ash|busybox|ksh|mksh|zsh)$/;

/**
 * Remembers who started this process: its parent and, where the parent is npm's shell, npm. The returned function tells whether either
 * has ended since. A signal that ends npm or its shell (SIGTERM, SIGHUP, SIGKILL) does not reach this process.
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

/** `undefined` on systems other than Linux, and where the process does not run. */
function processFacts(processId: number): { name: string; parentId: number } | undefined {
  try {
    const { name, fields } = linuxStat(processId);
    return { name, parentId: Number(fields[1]) };
  } catch {
    return undefined;
  }
}
