import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { type ItemPage, itemPageSchema } from '../../../src/shared/queues/item-page.ts';
import { foldPages } from './fold-pages.ts';

/** What passed between the queues and the functions, seen from where Lambda's event source stands. */
export type Ledger = {
  /** Calls a function with a batch and takes note of what it was given and what it acknowledged. */
  work(event: SQSEvent, invoke: (event: SQSEvent) => Promise<unknown>): Promise<unknown>;
  write(event: SQSEvent, invoke: (event: SQSEvent) => Promise<unknown>): Promise<unknown>;
  /** Whether the page of a job reached the writer and was acknowledged by it. */
  isApplied(jobId: string): boolean;
  /** Every page the writer was given, less what later ones have made unimportant. */
  pages(): readonly ItemPage[];
  /** Forgets what no later round needs. */
  fold(): void;
  counts(): { jobDeliveries: number; pageDeliveries: number; failedBatches: number };
};

const answerSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).optional() })
  .nullish();

/** An empty ledger. */
export function ledger(): Ledger {
  let pages: ItemPage[] = [];
  const applied = new Set<string>();
  const counts = { jobDeliveries: 0, pageDeliveries: 0, failedBatches: 0 };
  const invokeCounted = async (event: SQSEvent, invoke: (event: SQSEvent) => Promise<unknown>) => {
    try {
      return await invoke(event);
    } catch (error) {
      counts.failedBatches += 1;
      throw error;
    }
  };
  return {
    work: (event, invoke) => {
      counts.jobDeliveries += event.Records.length;
      return invokeCounted(event, invoke);
    },
    write: async (event, invoke) => {
      counts.pageDeliveries += event.Records.length;
      const given = event.Records.map(({ messageId, body }) => ({
        messageId,
        page: itemPageSchema.parse(JSON.parse(body)),
      }));
      pages.push(...given.map(({ page }) => page));
      const answer = await invokeCounted(event, invoke);
      const failures = answerSchema.parse(answer)?.batchItemFailures ?? [];
      const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, page } of given) {
        if (!failed.has(messageId)) {
          applied.add(page.jobId);
        }
      }
      return answer;
    },
    isApplied: (jobId) => applied.has(jobId),
    pages: () => pages,
    fold: () => {
      pages = foldPages(pages);
    },
    counts: () => ({ ...counts }),
  };
}
