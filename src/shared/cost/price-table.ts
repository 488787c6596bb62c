/** Prices in US dollars: us-east-1, on demand, without the free tier. Source: AWS price lists, read in November 2026. */
export const priceTable = {
  asOf: '2026-11',
  region: 'us-east-1',
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  sqsRequest: 0.4 / 1e6,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
} as const;
