import { execFileSync } from 'node:child_process';

/** One process of this machine. */
export type ProcessEntry = { pid: number; parentPid: number; command: string };

/** Every process that runs; those that have ended and only wait for their parent to notice are left out. */
export function processTable(): ProcessEntry[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    return match === null || match[3]?.startsWith('Z')
      ? []
      : [{ pid: Number(match[1]), parentPid: Number(match[2]), command: match[4] ?? '' }];
  });
}

/** Whether process `pid` runs. */
export function isRunning(pid: number): boolean {
  return processTable().some((entry) => entry.pid === pid);
}

/** Children of `pid`, their children, and so on. */
export function descendantsOf(pid: number): ProcessEntry[] {
  const table = processTable();
  const found: ProcessEntry[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = table.filter(({ parentPid }) => parents.has(parentPid));
    found.push(...children);
    parents = new Set(children.map((child) => child.pid));
  }
  return found;
}
