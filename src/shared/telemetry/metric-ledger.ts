/**
 * All custom metrics: name, unit and the one service that emits it. CloudWatch bills each combination of name and dimensions, and ten are
 * free. Therefore `service` is the only dimension, and there are at most ten metrics. Their namespace is the name of the stack, so that
 * two stacks of an account do not raise each other's alarms.
 */
export const metricLedger = {
  /** One value for each call, so its sample count is the number of calls. */
  TmdbLatency: { unit: 'Milliseconds', service: 'worker' },
  TmdbThrottles: { unit: 'Count', service: 'worker' },
  TmdbFailures: { unit: 'Count', service: 'worker' },
  /** 1 for each job that found the breaker open, 0 for each other job: its maximum is the state. */
  BreakerOpen: { unit: 'Count', service: 'worker' },
  /** Table rows that were put. */
  RowsWritten: { unit: 'Count', service: 'writer' },
  /** Table rows that needed no write. */
  RowsUnchanged: { unit: 'Count', service: 'writer' },
  /** Millionths of a US dollar for a batch: its table units and SQS requests, at on-demand prices and without the free tier. */
  EstimatedCost: { unit: 'Count', service: 'writer' },
  /** 1 or 0 for each read, so its average is the hit ratio and its sample count the number of reads. */
  CacheHit: { unit: 'Count', service: 'reader' },
  /** Reads that were served past their soft TTL. */
  StaleReads: { unit: 'Count', service: 'reader' },
  ReadLatency: { unit: 'Milliseconds', service: 'reader' },
} as const;

/** A custom metric. */
export type MetricName = keyof typeof metricLedger;

/** The services; each runs as a function of its own. */
export type ServiceName = 'planner' | 'worker' | 'writer' | 'reader';
