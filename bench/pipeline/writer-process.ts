/** The writer behind its event source, in a process of its own: the batch shell and the adapters of its handler, without a pace. */
import type { SQSEvent } from 'aws-lambda';
import { longPollSeconds, startEventSource } from '../../src/local/event-source.ts';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../src/shared/tables/dynamo-usage-store.ts';
import { hourLedger } from '../../src/shared/tables/hour-ledger.ts';
import { powertoolsTelemetry } from '../../src/shared/telemetry/powertools-telemetry.ts';
import type { Telemetry } from '../../src/shared/telemetry/telemetry.ts';
import { changeCounter } from '../../src/writer/count-changes.ts';
import { writerBatch } from '../../src/writer/writer-batch.ts';
import { serveMeasured } from '../measured-process.ts';

/** What a writer process is started with. Its progress: the list rows written of each page that is in the table. */
export type WriterConfig = { endpoints: StackEndpoints };

const settings = defaultSettings;

serveMeasured<WriterConfig>(({ endpoints: stack }, progress) => {
  const target = { endpoint: stack.endpoints.sqs, region: stack.region };
  const source = startEventSource(
    {
      queueUrl: stack.itemQueueUrl,
      batchSize: settings.writer.batchSize,
      // A window would be a wait for the last pages, and so count against few jobs.
      batchingWindowMs: 0,
      maximumConcurrency: 1,
      invoke: invokerOf(stack, progress),
      onProblem: (sentence) => process.stderr.write(`writer: ${sentence}\n`),
    },
    sqsClient(target, longPollSeconds * 1_000),
    systemClock,
  );
  return () => source.stop();
});

function invokerOf(stack: StackEndpoints, progress: (count: number) => void) {
  const telemetry = powertoolsTelemetry('writer', 'bench');
  const target = { endpoint: stack.endpoints.sqs, region: stack.region };
  const deadLetters = sqsMessageSender(sqsClient(target), stack.itemDlqUrl, systemClock, systemRandom);
  const client = dynamoClient({ endpoint: stack.endpoints.dynamodb, region: stack.region });
  const usage = dynamoUsageStore(client, stack.controlTable);
  const ledger = hourLedger(counted(telemetry, progress), usage, settings.reader.usage.keepDays, systemClock);
  const apply = writerBatch({
    store: dynamoCatalogStore(client, stack.catalogTable),
    heads: dynamoFeedHeads(client, stack.controlTable),
    telemetry: ledger,
    pace: { waitFor: async () => undefined },
    changes: changeCounter(usage, settings.reader.usage.keepDays, systemClock, telemetry),
    deadLetters,
    clock: systemClock,
    settings,
    flush: ledger.flush,
  });
  return async (event: SQSEvent) => {
    const endsMs = systemClock.monotonicMs() + settings.writer.timeoutSeconds * 1_000;
    const answer = await apply(event, () => endsMs - systemClock.monotonicMs());
    telemetry.end();
    return answer;
  };
}

/** Tells of each page that is in the table. */
function counted(telemetry: Telemetry, progress: (count: number) => void): Telemetry {
  return {
    ...telemetry,
    event: (event) => {
      telemetry.event(event);
      if (event.event === 'page-applied') {
        progress(event.written);
      }
    },
  };
}
