import { createServer } from 'node:net';
import * as z from 'zod';
import { tokenAddress } from '../shared/tmdb/token-address.ts';

/** The loopback address: the embedded stack listens nowhere else. */
export const loopback = '127.0.0.1';

/** A TCP port on loopback that is free now; for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, loopback, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Fails with one sentence when something listens on `port` already; 0 means any free port. */
export function assertPortFree(port: number, service: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${cause.code})`;
      reject(new Error(`port ${port} for ${service} ${reason}: choose another one or leave it out for a free one`));
    });
    probe.listen(port, loopback, () => probe.close(() => resolve()));
  });
}

/** Region that the emulators answer for. */
export const stackRegion = 'us-east-1';

/** The emulators and the reader listen on loopback, over HTTP: whoever names another place has not started them. */
const onLoopback = z.url({ protocol: /^http$/ }).refine((url) => tokenAddress(url) === 'this-machine');

/** Where the stack's TMDB is: a simulator or a server on this machine, or TMDB itself. */
const tmdbAddress = z.url().refine((url) => tokenAddress(url) !== 'elsewhere');

/** Where a running stack can be reached: the line of `local --json`, and `.local/stack.json`. */
export const stackEndpointsSchema = z.object({
  region: z.string().min(1),
  /** `http`: the reader's URL, where it is served. */
  endpoints: z.object({ sqs: onLoopback, dynamodb: onLoopback, tmdb: tmdbAddress, http: onLoopback.optional() }),
  fetchQueueUrl: onLoopback,
  fetchDlqUrl: onLoopback,
  itemQueueUrl: onLoopback,
  itemDlqUrl: onLoopback,
  catalogTable: z.string().min(1),
  controlTable: z.string().min(1),
});

export type StackEndpoints = z.infer<typeof stackEndpointsSchema>;
