import { priceTable } from './price-table.ts';

/**
 * SQS requests that a page causes as a rule: its job is sent, received and deleted, and so is the page. Batches need fewer.
 */
export const requestsPerPage = 6;

/** What a writer's batch costs in millionths of a US dollar: on demand, without the free tier, functions left out. */
export function batchCostMicroUsd(batch: { pages: number; writeUnits: number; readUnits: number }): number {
  const usd =
    batch.writeUnits * priceTable.dynamoWriteUnit +
    batch.readUnits * priceTable.dynamoReadUnit +
    batch.pages * requestsPerPage * priceTable.sqsRequest;
  return Number((usd * 1e6).toFixed(3));
}
