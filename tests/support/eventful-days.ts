import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import type { FaultPlan } from '../../src/tmdb-simulator/fault-plan.ts';
import { type DeployedFunctions, deployedName, type FunctionName } from './deployed-functions.ts';
import { functionUrlEvent } from './function-url-event.ts';
import { physicalName, region } from './template-values.ts';
import { until } from './until.ts';

/** Settings under which all of it happens within a minute, and nobody gives up on a machine that has other things to do. */
export const eventfulSettings = {
  reader: {
    usage: { windowSeconds: 1 },
    tableTimeoutMs: 10_000,
    timeoutSeconds: 30,
    live: { timeoutMs: 10_000, waitMs: 5_000 },
  },
  breaker: { lastCalls: 4, minimumCalls: 4 },
  tmdb: { backoffBaseMs: 50 },
  // Details that are fresh for so short a time are kept more cheaply by TMDB's lists of changes, however few there are.
  details: { softTtlHours: 1, callsPerDay: 10_000, ranksPerFeed: 3 },
};

/**
 * Good and bad days of deployed functions: a token that is not stored yet, runs of all schedules with their whole titles, one delivered
 * twice, one that fails, an ad-hoc request, lists of changes, reads from table and TMDB, a refresh that cannot be requested, dead letters of
 * both queues, a list that TMDB does not have, a rejected token, and an outage until the breaker opens.
 * @throws naming what has not happened.
 */
export async function liveEventfulDays(deployed: DeployedFunctions, token: string): Promise<void> {
  deployed.parameterStore.hold(undefined);
  await requestAndAwait(deployed, 'genre_12', 'token_unavailable');
  deployed.parameterStore.hold(token);
  await resetBreaker(deployed);
  await planRuns(deployed);
  await readAll(deployed);
  await sendMalformed(deployed);
  await badDay(deployed, { rules: [{ kind: 'notFound' }] }, 'genre_18', 'job-not-found');
  await badDay(deployed, { rules: [{ kind: 'unauthorized' }] }, 'genre_27', 'token-rejected');
  await badDay(deployed, { rules: [{ kind: 'unavailable' }] }, 'genre_28', '"state":"open","reason":"failures"');
}

/** A day on which TMDB has faults: a list is requested, and the worker writes `line`. */
async function badDay(deployed: DeployedFunctions, faults: FaultPlan, category: string, line: string): Promise<void> {
  deployed.simulator.setFaults(faults);
  await requestAndAwait(deployed, category, line);
  deployed.simulator.setFaults({});
  await resetBreaker(deployed);
}

/** Requests a list by an event of the bus, and waits until the worker has written `line` once more. */
async function requestAndAwait(deployed: DeployedFunctions, category: string, line: string): Promise<void> {
  const before = linesOf(deployed, 'Worker', line);
  await deployed.functions.Planner.invoke({
    id: `request-${category}`,
    source: 'tmdb-pipeline',
    'detail-type': 'Fetch Requested',
    time: isoFromMs(systemClock.nowMs()),
    detail: { version: 1, category, media: ['movie'], regions: ['global'], languages: ['en-US'], pages: 5 },
  });
  await until(`the worker writes ${line}`, () => linesOf(deployed, 'Worker', line) > before);
}

async function planRuns({ functions, ...deployed }: DeployedFunctions): Promise<void> {
  const run = (schedule: string, atMs: number) =>
    functions.Planner.invoke({ kind: 'schedule', version: 1, schedule, occurrence: isoFromMs(atMs) });
  const nowMs = systemClock.nowMs() - 1_000;
  await run('daily', nowMs);
  const again = (await run('daily', nowMs)) as { duplicate: boolean };
  const ahead = await run('daily', nowMs + 86_400_000).catch((error: Error) => error);
  if (!again.duplicate || !(ahead instanceof Error)) {
    throw new Error('a second delivery was not a duplicate, or a run from the future was started');
  }
  const applied = () => linesOf({ functions, ...deployed }, 'Writer', '"event":"page-applied"');
  await until('seven pages are applied', () => applied() >= 7);
  await run('weekly', nowMs);
  await until('the weekly pages and titles are applied', () => applied() >= 24);
  await run('refresh', nowMs);
  // Once details are in the table, the next run asks for what has changed.
  let earlier = 0;
  await until('lists of changes are read', async () => {
    earlier += 1;
    await run('daily', nowMs - 1_000 * earlier);
    return linesOf({ functions, ...deployed }, 'Planner', '"event":"changes-read"') > 0;
  });
}

/** Reads until reads have been counted, and once without a fetch queue, so that the lease on a refresh is given back. */
async function readAll({ functions, recorders }: DeployedFunctions): Promise<void> {
  const read = (path: string) => functions.Reader.invoke(functionUrlEvent(`/v1/${path}`));
  for (const path of [
    'health',
    'lists/popular/movie',
    'lists/popular/tv?language=de-DE',
    'titles/tv/1',
    'find/tvdb/1',
    'recommendations',
  ]) {
    await read(path);
  }
  const called = (action: string) => recorders.Reader.dynamodb.calls().some((call) => call.action === action);
  await until('reads are counted', async () => {
    await read('lists/popular/movie');
    return called('dynamodb:UpdateItem');
  });
  recorders.Reader.sqs.lose('SendMessageBatch');
  await read('lists/popular/tv?language=fr-FR');
  await until('the lease is given back', () => called('dynamodb:DeleteItem'));
  recorders.Reader.sqs.lose();
}

/** What no job and no page is becomes a dead letter. */
async function sendMalformed(deployed: DeployedFunctions): Promise<void> {
  const { sqs } = deployed;
  const client = sqsClient({ endpoint: sqs.endpoint, region });
  for (const queue of ['tmdb-fetch', 'tmdb-items']) {
    await sqsMessageSender(client, sqs.queueUrl(deployedName(queue)), systemClock, systemRandom).send('no message');
  }
  client.destroy();
  for (const name of ['Worker', 'Writer'] as const) {
    await until(`the ${name} sends a dead letter`, () => linesOf(deployed, name, '"event":"job-dead-lettered"') > 0);
  }
}

/** As an operator would: calls are allowed again at once. */
async function resetBreaker({ template: { one, resources }, dynamodb }: DeployedFunctions): Promise<void> {
  const client = dynamoClient({ endpoint: dynamodb, region });
  const TableName = physicalName(one('AWS::DynamoDB::Table', 'TablesControl').id, resources);
  await client.send(new DeleteCommand({ TableName, Key: { id: 'breaker' } }));
  client.destroy();
}

function linesOf({ functions }: Pick<DeployedFunctions, 'functions'>, name: FunctionName, part: string): number {
  return functions[name].lines.filter((line) => line.includes(part)).length;
}
