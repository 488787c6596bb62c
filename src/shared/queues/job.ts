import * as z from 'zod';
import { fetchJobSchema } from './fetch-job.ts';
import { titleJobSchema } from './title-job.ts';

/** Everything the fetch queue carries. */
export const jobSchema = z.discriminatedUnion('kind', [fetchJobSchema, titleJobSchema]);

export type Job = z.infer<typeof jobSchema>;
