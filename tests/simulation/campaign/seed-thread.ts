/** Inside of one thread: judges the seeds it is given. Where it stands in a copy of the sources, these may have a bug. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const port = parentPort;
if (port === null) {
  throw new Error('this file runs as a worker thread only');
}
const { compileCache, shrinks } = workerData as { compileCache: string | undefined; shrinks: boolean };
if (compileCache !== undefined) {
  enableCompileCache(compileCache);
}
const { judgeSeed } = await import('./judge-seed.ts');
// A thread that is terminated leaves nothing by itself.
flushCompileCache();

port.on('message', (seed: number) => {
  void judgeSeed(seed, { shrinks }).then((result) => port.postMessage(result));
});
