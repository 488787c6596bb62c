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
  schedulerInvocation: 1 / 1e6,
  keyMonth: 1,
  secretMonth: 0.4,
} as const;

/** Name of a price. */
export type PriceName = Exclude<keyof typeof priceTable, 'asOf' | 'region'>;

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
};
