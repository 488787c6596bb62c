import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

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
