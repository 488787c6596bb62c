/** The planner's core in a process of its own: one ad-hoc request after the other, as the bus would deliver them. */
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { adHocEventSchema, type FetchRequest } from '../../src/shared/queues/plan-request.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { sqsQueueDepth } from '../../src/shared/queues/sqs-queue-depth.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoCatalogReader } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { dynamoFeedsInFlight } from '../../src/shared/tables/dynamo-feeds-in-flight.ts';
import { powertoolsTelemetry } from '../../src/shared/telemetry/powertools-telemetry.ts';
import { serveMeasured } from '../measured-process.ts';

/** What a planner process is started with. Its progress: the jobs of each request, once they are on the queue. */
export type PlannerConfig = { endpoints: StackEndpoints; requests: FetchRequest[] };

serveMeasured<PlannerConfig>(({ endpoints: stack, requests }, progress) => {
  const { region, endpoints } = stack;
  const client = dynamoClient({ endpoint: endpoints.dynamodb, region });
  const sqs = sqsClient({ endpoint: endpoints.sqs, region });
  const deps = {
    catalog: dynamoCatalogReader(client, stack.catalogTable),
    heads: dynamoFeedHeads(client, stack.controlTable),
    inFlight: dynamoFeedsInFlight(client, stack.controlTable),
    backlog: sqsQueueDepth(sqs, stack.fetchQueueUrl),
    jobs: sqsMessageSender(sqs, stack.fetchQueueUrl, systemClock, systemRandom),
    telemetry: powertoolsTelemetry('planner', 'bench'),
    clock: systemClock,
    settings: defaultSettings,
  };
  const planAll = async () => {
    for (const [index, detail] of requests.entries()) {
      const event = adHocEventSchema.parse({
        id: `bench-${index}-${detail.regions[0]}`,
        source: 'tmdb-pipeline',
        'detail-type': 'Fetch Requested',
        time: isoFromMs(systemClock.nowMs()),
        detail,
      });
      progress((await startRun(event, deps)).jobs);
    }
  };
  const planned = planAll();
  return () => planned;
});
