/** Other work on the machine of a trial: processes that compute and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';

const busyScript = 'const end = Date.now() + Number(process.argv[1]); while (Date.now() < end);';

/** Runs `act` beside `processes` busy processes. They end with it, and by themselves after `longestMs`. */
export async function besideBusyProcesses<T>(processes: number, longestMs: number, act: () => Promise<T>): Promise<T> {
  const busy: ChildProcess[] = Array.from({ length: processes }, () =>
    spawn(process.execPath, ['-e', busyScript, String(longestMs)], { stdio: 'ignore' }),
  );
  try {
    return await act();
  } finally {
    for (const child of busy) {
      child.kill('SIGKILL');
    }
  }
}
