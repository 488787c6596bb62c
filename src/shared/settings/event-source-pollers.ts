/** What Lambda's SQS event sources do by themselves, how many writers run at once, and how many connections workers share. */

/**
 * Pollers of an idle event source, and the batches that it processes at once when messages arrive: five. Lambda may go down to two while
 * traffic is low, but not where a maximum concurrency is set. Source: Lambda developer guide, SQS scaling behavior, November 2026.
 */
export const documentedPollers = { least: 2, most: 5 } as const;

/** Writers that share provisioned units where no setting says how many: Lambda's smallest maximum concurrency. */
const pacedWriters = 2;

/**
 * The maximum concurrency of the writer's event source; `undefined` means none. On demand there is none by default: pages arrive at the
 * rate of the throttle, and without a maximum an idle event source needs fewer polls (docs/adr/0030). With provisioned capacity there
 * is always one, since the writers divide the units among them.
 */
export function writersAtMost({
  capacity,
  writer,
}: {
  capacity: { mode: 'on-demand' | 'provisioned' };
  writer: { maximumConcurrency?: number | undefined };
}): number | undefined {
  return writer.maximumConcurrency ?? (capacity.mode === 'provisioned' ? pacedWriters : undefined);
}

/**
 * How many connections to TMDB all workers share: those that readers and the planner leave. The planner has one where it keeps details of
 * titles, for TMDB's lists of changes.
 */
export function connectionsOfWorkers({
  tmdb,
  reader,
  details,
}: {
  tmdb: { connections: number };
  reader: { live: { connections: number } };
  details: { enabled: boolean };
}): number {
  return tmdb.connections - reader.live.connections - (details.enabled ? 1 : 0);
}
