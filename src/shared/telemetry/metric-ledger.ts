/**
 * Every custom metric there is: name, unit and the one service that emits it. CloudWatch bills each name × dimension set,
 * so `service` is the only dimension and ten identities are the most that is allowed (design, promise 8).
 */
export const metricsNamespace = 'TmdbPipeline';

export const metricLedger = {
  /** One value a call, so its sample count is the number of calls. */
  TmdbLatency: { unit: 'Milliseconds', service: 'worker' },
  TmdbThrottles: { unit: 'Count', service: 'worker' },
  TmdbFailures: { unit: 'Count', service: 'worker' },
  /** 1 for each job that found the breaker open, 0 for each that did not: its maximum is the state. */
  BreakerOpen: { unit: 'Count', service: 'worker' },
  /** Table rows put. */
  RowsWritten: { unit: 'Count', service: 'writer' },
  /** Table rows that needed no write. */
  RowsUnchanged: { unit: 'Count', service: 'writer' },
  /** Micro-USD of a batch: its units and the requests of its messages, on demand and without the free tier. */
  EstimatedCost: { unit: 'Count', service: 'writer' },
  /** 1 or 0 for each read, so its average is the hit ratio and its sample count the reads. */
  CacheHit: { unit: 'Count', service: 'reader' },
  /** Reads that were served past their soft TTL. */
  StaleReads: { unit: 'Count', service: 'reader' },
  ReadLatency: { unit: 'Milliseconds', service: 'reader' },
} as const;

/** A custom metric. */
export type MetricName = keyof typeof metricLedger;

/** Services that run as functions of their own. */
export type ServiceName = 'planner' | 'worker' | 'writer' | 'reader';
