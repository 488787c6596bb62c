import type { EmbeddedStack } from '../../local/embedded-stack.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../../shared/queues/queue-definitions.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { jobIdOf } from '../../shared/telemetry/describe-failure.ts';

/** Jobs of run `runId` that are on a queue: waiting, delayed or being worked on. */
export function jobsUnderWay(runId: string, stack: EmbeddedStack, settings: Settings): Set<string> {
  return jobsOn(runId, stack, settings, ({ name }) => name);
}

/** Jobs of run `runId` in a dead-letter queue. */
export function deadLetteredJobs(runId: string, stack: EmbeddedStack, settings: Settings): Set<string> {
  return jobsOn(runId, stack, settings, ({ deadLetterName }) => deadLetterName);
}

function jobsOn(
  runId: string,
  stack: EmbeddedStack,
  settings: Settings,
  queueName: (queue: QueueDefinition) => string,
): Set<string> {
  const jobIds = [fetchQueue(settings), itemQueue(settings)]
    .flatMap((queue) => stack.sqs.inspect(queueName(queue)))
    .map(({ body }) => jobIdOf(body))
    .filter((jobId) => jobId.startsWith(`${runId}/`));
  return new Set(jobIds);
}
