import * as z from 'zod';
import { languageSchema } from '../core/feed.ts';
import { runIdSchema } from '../core/snapshot.ts';
import { itemPageSchema, listedTitleSchema } from './item-page.ts';
import { replaysSchema } from './replays.ts';

/** A title on its own: what a list row tells, without a rank. */
export const describedTitleSchema = listedTitleSchema.omit({ rank: true });

export type DescribedTitle = z.infer<typeof describedTitleSchema>;

/** One fetched and normalized title: worker or reader → item queue → writer. About 1 KB. */
export const itemTitleSchema = z.object({
  kind: z.literal('item-title'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  language: languageSchema,
  fetchedAt: z.iso.datetime(),
  title: describedTitleSchema,
  replays: replaysSchema,
});

export type ItemTitle = z.infer<typeof itemTitleSchema>;

/** Everything the item queue carries. */
export const itemSchema = z.discriminatedUnion('kind', [itemPageSchema, itemTitleSchema]);

export type Item = z.infer<typeof itemSchema>;
