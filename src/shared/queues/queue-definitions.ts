import type { Settings } from '../settings/settings-schema.ts';

/** A queue with its dead-letter queue. The embedded stack and the deployment create both queues from these definitions. */
export type QueueDefinition = {
  /** Name in the embedded stack and base name in a deployment. */
  name: string;
  deadLetterName: string;
  visibilityTimeoutSeconds: number;
  maxReceiveCount: number;
  retentionSeconds: number;
  deadLetterRetentionSeconds: number;
};

/** Lambda recommends six times the function's time-out. Source: Lambda developer guide, SQS event sources, November 2026. */
const visibilityFactor = 6;
const daySeconds = 86_400;

/** Planner → worker. */
export function fetchQueue(settings: Settings): QueueDefinition {
  return define('tmdb-fetch', settings.queues.fetch, settings.worker.timeoutSeconds);
}

/** Worker → writer. */
export function itemQueue(settings: Settings): QueueDefinition {
  return define('tmdb-items', settings.queues.items, settings.writer.timeoutSeconds);
}

function define(name: string, queue: Settings['queues']['fetch'], consumerTimeoutSeconds: number): QueueDefinition {
  return {
    name,
    deadLetterName: `${name}-dlq`,
    visibilityTimeoutSeconds: visibilityFactor * consumerTimeoutSeconds,
    maxReceiveCount: queue.maxReceiveCount,
    retentionSeconds: queue.retentionDays * daySeconds,
    deadLetterRetentionSeconds: queue.deadLetterRetentionDays * daySeconds,
  };
}
