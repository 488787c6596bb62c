import { readFileSync } from 'node:fs';
import { isRunning } from './process-running.ts';

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
