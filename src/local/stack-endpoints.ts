import * as z from 'zod';
import { tokenAddress } from '../shared/tmdb/token-address.ts';

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
