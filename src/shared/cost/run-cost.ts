import { rowsPerPage } from '../core/feed.ts';
import { priceTable } from './price-table.ts';

/** SQS requests for one page: its job is sent, received and deleted, and so is the page. Batches need fewer. */
export const requestsPerPage = 6;

/** Write units for a page's row in the table and in its index; a refresh always writes it. Source: docs/adr/0017, recorded pages. */
const writeUnitsOfPageRow = 10;

/** Write units of the catalog and its index for a page: for its row, and for the share (0 to 1) of its titles that changed. */
export function writeUnitsOfPage(changedShare: number): number {
  return writeUnitsOfPageRow + rowsPerPage * changedShare;
}

/** What a writer's batch costs in millionths of a US dollar: on-demand prices, no free tier, without the time of functions. */
export function batchCostMicroUsd(batch: { pages: number; writeUnits: number; readUnits: number }): number {
  const usd =
    batch.writeUnits * priceTable.dynamoWriteUnit +
    batch.readUnits * priceTable.dynamoReadUnit +
    batch.pages * requestsPerPage * priceTable.sqsRequest;
  return Number((usd * 1e6).toFixed(3));
}

/** What a run used of the billed services. */
type RunUsage = {
  functions: readonly { invocations: number; billedMs: number; memoryMb: number }[];
  sqsRequests: number;
  writeUnits: number;
  readUnits: number;
};

/** The price of a run in US dollars on AWS, without the free tier. Standing costs (idle polling, alarms) are not included. */
export function runCostUsd(usage: RunUsage): number {
  const functions = usage.functions.reduce(
    (sum, { invocations, billedMs, memoryMb }) =>
      sum + invocations * priceTable.lambdaRequest + (billedMs / 1000) * (memoryMb / 1024) * priceTable.lambdaGbSecond,
    0,
  );
  return (
    functions +
    usage.sqsRequests * priceTable.sqsRequest +
    usage.writeUnits * priceTable.dynamoWriteUnit +
    usage.readUnits * priceTable.dynamoReadUnit
  );
}
