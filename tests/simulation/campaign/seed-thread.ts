/** Inside of one thread: judges the seeds it is given, with a mutant where it was started with one. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Mutation, plant } from './mutation-hook.ts';

const port = parentPort;
if (port === null) {
  throw new Error('this file runs as a worker thread only');
}
const { mutation, shrinks } = workerData as { mutation: Mutation | undefined; shrinks: boolean };
if (mutation !== undefined) {
  // Node (24.9) does not link the CommonJS below axios once there is a hook: 'module is not linked'.
  await import('axios');
  plant(mutation);
}
const { judgeSeed } = await import('./judge-seed.ts');

port.on('message', (seed: number) => {
  void judgeSeed(seed, { shrinks }).then((result) => port.postMessage(result));
});
