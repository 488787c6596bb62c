/**
 * Prices in US dollars in us-east-1 without the free tier, and the part of the free tier that does not expire. Source: AWS price lists,
 * November 2026.
 */
export const priceTable = {
  asOf: '2026-11',
  region: 'us-east-1',
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  sqsRequest: 0.4 / 1e6,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  dynamoProvisionedWriteUnitHour: 0.00065,
  dynamoProvisionedReadUnitHour: 0.00013,
  dynamoGbMonth: 0.25,
  dynamoRecoveryGbMonth: 0.2,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  logGb: 0.5,
  logGbMonth: 0.03,
  schedulerInvocation: 1 / 1e6,
  keyMonth: 1,
  /** Each decryption by the AWS-managed key of Parameter Store too; only keeping that key is free. */
  kmsRequest: 0.03 / 1e4,
  secretMonth: 0.4,
  /** From a function's URL to the internet. */
  transferGb: 0.09,
  /** HTTPS, United States. What CloudFront fetches from a function is not billed as transfer. */
  cdnRequest: 1 / 1e6,
  cdnGb: 0.085,
  /** Recorded by X-Ray. */
  trace: 5 / 1e6,
} as const;

/** Name of a price. */
export type PriceName = Exclude<keyof typeof priceTable, 'asOf' | 'region'>;

/** Lower prices for what is beyond a quantity in a month, the smallest quantity first. Requests and function time have tiers beyond 6e9. */
const priceTiers: Partial<Record<PriceName, readonly { from: number; usd: number }[]>> = {
  logGb: [
    { from: 10_000, usd: 0.25 },
    { from: 30_000, usd: 0.1 },
    { from: 50_000, usd: 0.05 },
  ],
  transferGb: [
    { from: 10_000, usd: 0.085 },
    { from: 50_000, usd: 0.07 },
    { from: 150_000, usd: 0.05 },
  ],
  cdnGb: [
    { from: 10_000, usd: 0.08 },
    { from: 50_000, usd: 0.06 },
    { from: 150_000, usd: 0.04 },
    { from: 500_000, usd: 0.03 },
  ],
};

/** The price in US dollars of a month's whole `quantity`, tier by tier. */
export function priceOf(name: PriceName, quantity: number): number {
  let [usd, from, price]: [number, number, number] = [0, 0, priceTable[name]];
  for (const tier of priceTiers[name] ?? []) {
    if (quantity <= tier.from) {
      break;
    }
    usd += (tier.from - from) * price;
    [from, price] = [tier.from, tier.usd];
  }
  return usd + (quantity - from) * price;
}

/** Free quantity in each month; zero if absent. Provisioned units are counted in unit hours. */
export const freeTier: Partial<Record<PriceName, number>> = {
  lambdaGbSecond: 400_000,
  lambdaRequest: 1e6,
  sqsRequest: 1e6,
  dynamoProvisionedWriteUnitHour: 25 * 720,
  dynamoProvisionedReadUnitHour: 25 * 720,
  dynamoGbMonth: 25,
  metricMonth: 10,
  alarmMonth: 10,
  dashboardMonth: 3,
  logGb: 5,
  schedulerInvocation: 14e6,
  kmsRequest: 20_000,
  transferGb: 100,
  cdnRequest: 10e6,
  cdnGb: 1_000,
  trace: 100_000,
};
