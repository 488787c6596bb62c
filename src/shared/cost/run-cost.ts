import { priceTable } from './price-table.ts';

/** What a run used of what is billed. */
export type RunUsage = {
  functions: readonly { invocations: number; billedMs: number; memoryMb: number }[];
  sqsRequests: number;
  writeUnits: number;
  readUnits: number;
};

/** Its price in US dollars on AWS, without the free tier. Standing costs (idle polling, alarms) are not part of a run. */
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
