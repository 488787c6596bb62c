import * as z from 'zod';

/** Region that the emulators answer for. */
export const stackRegion = 'us-east-1';

/** Where a running stack can be reached: the line of `local --json`, and `.local/stack.json`. */
export const stackEndpointsSchema = z.object({
  region: z.string().min(1),
  /** `http`: the reader's URL, where it is served. */
  endpoints: z.object({ sqs: z.url(), dynamodb: z.url(), tmdb: z.url(), http: z.url().optional() }),
  fetchQueueUrl: z.url(),
  fetchDlqUrl: z.url(),
  itemQueueUrl: z.url(),
  itemDlqUrl: z.url(),
  catalogTable: z.string().min(1),
  controlTable: z.string().min(1),
});

export type StackEndpoints = z.infer<typeof stackEndpointsSchema>;
