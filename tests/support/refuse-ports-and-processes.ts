/** Holds the tests of `unit` to their name: whatever listens on a port or starts a process or a thread belongs to another project. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import workerThreads from 'node:worker_threads';

function refusal(what: string) {
  return () => {
    throw new Error(`a unit test ${what}: call the file *.contract.test.ts or *.system.test.ts`);
  };
}

net.Server.prototype.listen = refusal('listens on a port');
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  Object.assign(childProcess, { [name]: refusal('starts a process') });
}
Object.assign(workerThreads, { Worker: refusal('starts a thread') });
syncBuiltinESMExports();
