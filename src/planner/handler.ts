import type { Context } from 'aws-lambda';
import { dynamoClient, sqsClient } from '../shared/adapters/aws-clients.ts';
import { dynamoCatalogReader } from '../shared/adapters/dynamo-catalog-reader.ts';
import { dynamoDemandDays } from '../shared/adapters/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { dynamoFeedsOnTheWay } from '../shared/adapters/dynamo-feeds-on-the-way.ts';
import { dynamoUsageStore } from '../shared/adapters/dynamo-usage-store.ts';
import { readEnvironment } from '../shared/adapters/env.ts';
import { powertoolsTelemetry } from '../shared/adapters/powertools-telemetry.ts';
import { sqsMessageSender } from '../shared/adapters/sqs-message-sender.ts';
import { sqsQueueDepth } from '../shared/adapters/sqs-queue-depth.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import { systemRandom } from '../shared/adapters/system-random.ts';
import { plannerEnvironmentSchema } from '../shared/function-environments.ts';
import { functionSettings } from '../shared/function-settings.ts';
import { plannerEventSchema } from '../shared/messages/plan-request.ts';
import { oncePerRun } from './once-per-run-adapter.ts';
import { type StartDependencies, type StartedRun, startRun } from './start-run.ts';

const environment = readEnvironment(plannerEnvironmentSchema);
const telemetry = powertoolsTelemetry('planner');
const client = dynamoClient();
const sqs = sqsClient();
const usage = dynamoUsageStore(client, environment.CONTROL_TABLE);
const dependencies: StartDependencies = {
  catalog: dynamoCatalogReader(client, environment.CATALOG_TABLE),
  heads: dynamoFeedHeads(client, environment.CONTROL_TABLE),
  onTheWay: dynamoFeedsOnTheWay(client, environment.CONTROL_TABLE),
  backlog: sqsQueueDepth(sqs, environment.FETCH_QUEUE_URL),
  history: { usage, days: dynamoDemandDays(client, environment.CONTROL_TABLE) },
  usage,
  jobs: sqsMessageSender(sqs, environment.FETCH_QUEUE_URL, systemClock, systemRandom),
  telemetry,
  clock: systemClock,
  settings: await functionSettings(environment.SETTINGS_OVERRIDES),
};
const start = oncePerRun((request) => startRun(request, dependencies), client, environment.CONTROL_TABLE);

/** A schedule occurrence or an ad-hoc event → fetch jobs. An event that is neither fails the invocation. */
export async function handler(event: unknown, context: Context): Promise<StartedRun> {
  telemetry.begin(context);
  try {
    return await start(plannerEventSchema.parse(event), context);
  } finally {
    telemetry.end();
  }
}
