import type { Context } from 'aws-lambda';
import { readEnvironment } from '../shared/core/env.ts';
import { tokenRedactor } from '../shared/core/redact-token.ts';
import { retryBudget } from '../shared/core/retries.ts';
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
import { redactedTelemetry } from '../shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../shared/throttle/breaker-record.ts';
import { dynamoBreakerStore } from '../shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule } from '../shared/throttle/dynamo-rate-schedule.ts';
import { dynamoRevisionedItem } from '../shared/throttle/dynamo-revisioned-item.ts';
import { rateLimitsOf } from '../shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../shared/throttle/shared-breaker.ts';
import { tokenSource } from '../shared/tmdb/ssm-token.ts';
import { tmdbHttp } from '../shared/tmdb/tmdb-http.ts';
import { tmdbChangeLists } from './changes-lists.ts';
import { changesId, changesRecordSchema } from './changes-record.ts';
import type { ReadChanges } from './collect.ts';
import { oncePerRun } from './once-per-run-adapter.ts';
import { runIdentity } from './plan-run.ts';
import { changesSource } from './read-changes.ts';
import { type StartDependencies, type StartedRun, startRun } from './start-run.ts';

const environment = readEnvironment(plannerEnvironmentSchema);
const settings = functionSettings();
const { watch, redact } = tokenRedactor();
const functionTelemetry = powertoolsTelemetry('planner', environment.POWERTOOLS_METRICS_NAMESPACE);
const telemetry = redactedTelemetry(functionTelemetry, redact);
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
  changes: settings.details.enabled ? changesOfTmdb() : undefined,
  settings,
};
const start = oncePerRun((request) => startRun(request, dependencies), client, environment.CONTROL_TABLE);

/** A schedule occurrence or an ad-hoc event → fetch jobs. An event that is neither fails the invocation. */
export async function handler(event: unknown, context: Context): Promise<StartedRun> {
  const request = plannerEventSchema.parse(event);
  functionTelemetry.begin(context, runIdFor(runIdentity(request)));
  try {
    return await start(request, context);
  } finally {
    functionTelemetry.end();
  }
}

/** TMDB's lists of changes. The token is read when the first of them is. */
function changesOfTmdb(): ReadChanges {
  const { retryShare, retryBurst } = settings.tmdb;
  const table = [client, environment.CONTROL_TABLE] as const;
  const readItem = controlItems(...table);
  const deps = { telemetry, clock: systemClock, random: systemRandom, settings };
  const token = watch(tokenSource(environment, systemClock));
  const breaker = redactedBreakerStore(dynamoBreakerStore(...table, readItem), redact);
  const lists = tmdbChangeLists({
    ...deps,
    tmdb: tmdbHttp({ baseUrl: environment.TMDB_BASE_URL, token }, settings.tmdb),
    breaker: sharedBreaker(breaker, settings.breaker, systemClock, (record) =>
      telemetry.event({ event: 'breaker-changed', ...record }),
    ),
    schedule: dynamoRateSchedule(...table, rateLimitsOf(settings), systemClock, { readItem }),
    budget: retryBudget(retryShare, retryBurst),
  });
  return changesSource({
    ...deps,
    lists,
    store: dynamoRevisionedItem(...table, changesId, changesRecordSchema),
    usage,
  });
}
