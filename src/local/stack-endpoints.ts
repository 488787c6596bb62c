import { createServer } from 'node:net';
import * as z from 'zod';
import { tokenAddress } from '../shared/tmdb/token-address.ts';

/** The loopback address: the embedded stack listens nowhere else. */
export const loopback = '127.0.0.1';

/** Region of the emulators and of the embedded Lambda runtime. */
export const stackRegion = 'us-east-1';

/** The emulators and the reader listen on loopback over HTTP: a file with any other address was not written by a stack. */
const onLoopback = z.url({ protocol: /^http$/ }).refine((url) => tokenAddress(url) === 'this-machine');

/** Where the stack's TMDB is: a simulator or a server on this machine, or TMDB itself. */
const tmdbAddress = z.url().refine((url) => tokenAddress(url) !== 'elsewhere');

/** Where a running stack listens: printed by `local --json` and kept in `.local/stack.json`. */
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

/** ARN of an embedded queue. */
export function arnOf(queueName: string): string {
  return `arn:aws:sqs:${stackRegion}:000000000000:${queueName}`;
}

/** A TCP port on loopback that is free now; for programs that cannot listen on port 0. */
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

/** Rejects with a sentence when `port` cannot be listened on; port 0 (any free one) always can. */
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
