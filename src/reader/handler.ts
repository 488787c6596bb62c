import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { within } from '../shared/core/clock.ts';
import { readEnvironment } from '../shared/core/env.ts';
import { systemClock } from '../shared/core/system-clock.ts';
import { readerEnvironmentSchema } from '../shared/settings/function-environments.ts';
import { documentFileName, functionSettings } from '../shared/settings/function-settings.ts';
import { powertoolsTelemetry } from '../shared/telemetry/powertools-telemetry.ts';
import { tokenSource } from '../shared/tmdb/ssm-token.ts';
import { readerRouter } from './http/router-adapter.ts';
import { openReader } from './open-reader.ts';
import { sampledTelemetry } from './sampled-telemetry.ts';

const environment = readEnvironment(readerEnvironmentSchema);
const settings = functionSettings();
const output = powertoolsTelemetry('reader', environment.POWERTOOLS_METRICS_NAMESPACE);
const telemetry = sampledTelemetry(output, systemClock);
const reader = openReader({
  catalogTable: environment.CATALOG_TABLE,
  controlTable: environment.CONTROL_TABLE,
  fetchQueueUrl: environment.FETCH_QUEUE_URL,
  itemQueueUrl: environment.ITEM_QUEUE_URL,
  tmdb: { baseUrl: environment.TMDB_BASE_URL, token: tokenSource(environment, systemClock) },
  settings,
  telemetry,
  logger: { warn: (message) => telemetry.warn(message) },
});
const router = readerRouter({
  reader,
  telemetry,
  clock: systemClock,
  settings,
  origins: environment.CORS_ORIGINS?.split(',') ?? [],
  document: () => readFileSync(new URL(documentFileName, import.meta.url), 'utf8'),
});

/** Longest wait for background work after an answer. What takes longer is frozen by Lambda until the next request. */
const settleMs = 1_000;

/** A request to the function URL → its answer. */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyStructuredResultV2> {
  // The request id that the client sees too.
  output.begin(context, event.requestContext?.requestId);
  try {
    const answer = await router.resolve(event, context);
    await within(settleMs, reader.settled(), undefined, systemClock);
    return answer;
  } finally {
    output.end();
  }
}
