import type { Context } from 'aws-lambda';
import { readEnvironment } from '../shared/core/env.ts';
import { runIdFor } from '../shared/core/snapshot.ts';
import { systemClock, systemRandom } from '../shared/core/system-clock.ts';
import { plannerEventSchema } from '../shared/queues/plan-request.ts';
import { sqsMessageSender } from '../shared/queues/sqs-message-sender.ts';
import { sqsQueueDepth } from '../shared/queues/sqs-queue-depth.ts';
import { plannerEnvironmentSchema } from '../shared/settings/function-environments.ts';
import { functionSettings } from '../shared/settings/function-settings.ts';
import { dynamoClient, sqsClient } from '../shared/tables/aws-clients.ts';
import { dynamoCatalogReader } from '../shared/tables/dynamo-catalog.ts';
import { dynamoDemandDays } from '../shared/tables/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../shared/tables/dynamo-feed-heads.ts';
import { dynamoFeedsInFlight } from '../shared/tables/dynamo-feeds-in-flight.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import { powertoolsTelemetry } from '../shared/telemetry/powertools-telemetry.ts';
import { oncePerRun } from './once-per-run-adapter.ts';
import { runIdentity } from './plan-run.ts';
import { type StartDependencies, type StartedRun, startRun } from './start-run.ts';

const environment = readEnvironment(plannerEnvironmentSchema);
const telemetry = powertoolsTelemetry('planner', environment.POWERTOOLS_METRICS_NAMESPACE);
const client = dynamoClient();
const sqs = sqsClient();
const usage = dynamoUsageStore(client, environment.CONTROL_TABLE);
const dependencies: StartDependencies = {
  catalog: dynamoCatalogReader(client, environment.CATALOG_TABLE),
  heads: dynamoFeedHeads(client, environment.CONTROL_TABLE),
  inFlight: dynamoFeedsInFlight(client, environment.CONTROL_TABLE),
  backlog: sqsQueueDepth(sqs, environment.FETCH_QUEUE_URL),
  history: { usage, days: dynamoDemandDays(client, environment.CONTROL_TABLE) },
  usage,
  jobs: sqsMessageSender(sqs, environment.FETCH_QUEUE_URL, systemClock, systemRandom),
  telemetry,
  clock: systemClock,
  settings: functionSettings(),
};
const start = oncePerRun((request) => startRun(request, dependencies), client, environment.CONTROL_TABLE);

/** A schedule occurrence or an ad-hoc event → fetch jobs. An event that is neither fails the invocation. */
export async function handler(event: unknown, context: Context): Promise<StartedRun> {
  const request = plannerEventSchema.parse(event);
  telemetry.begin(context, runIdFor(runIdentity(request)));
  try {
    return await start(request, context);
  } finally {
    telemetry.end();
  }
}
