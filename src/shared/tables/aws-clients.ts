import { getBuiltinModule } from 'node:process';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { proxyVariables } from '../core/env.ts';
import { proxyAgent } from '../core/proxy-agent.ts';
import { nodeProxyVariables, type ProxyVariables, proxyFor } from '../core/proxy-variables.ts';

/**
 * Attempts the SDK makes for one call, the first included. Only throttles and connection faults of AWS itself are retried
 * there; what TMDB does is retried in one place, by the worker.
 */
const maxAttempts = 4;

/** Where a client connects to when it is not AWS; region and credentials come from the environment otherwise. */
export type ClientTarget = { endpoint: string; region: string };

/** A connection that is not there in this time is none, and an answer neither: silence must not use up an invocation. */
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 4_000;
/** As many as the SDK's own agents open. */
const maxSockets = 50;

/** DynamoDB with plain values instead of typed attributes; `undefined` members are left out. */
export function dynamoClient(target?: ClientTarget): DynamoDBDocumentClient {
  const client = new DynamoDBClient(clientOptions(target));
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** SQS. Queue URLs are used as they are. `longPollMs` is how long a receive may wait on purpose. */
export function sqsClient(target?: ClientTarget, longPollMs = 0): SQSClient {
  return new SQSClient(clientOptions(target, longPollMs));
}

/**
 * Attempts, time-outs, proxy and target of any client; `longPollMs` is how long an answer may be held back on purpose, `environment`
 * names the proxy.
 * @throws UsageError for a proxy that cannot be used.
 */
export function clientOptions(target?: ClientTarget, longPollMs = 0, environment: ProxyVariables = proxyVariables()) {
  const requestTimeout = longPollMs + requestTimeoutMs;
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout,
      throwOnRequestTimeout: true,
      ...agentsFor(target, environment),
    },
    ...(target && { ...target, credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } }),
  };
}

/** Nothing where no proxy is named: the SDK's own agents then. Of AWS there are many hosts, of a target there is one. */
function agentsFor(target: ClientTarget | undefined, environment: ProxyVariables) {
  const direct = target !== undefined && proxyFor(target.endpoint, environment) === undefined;
  const variables = direct ? undefined : nodeProxyVariables(environment);
  if (variables === undefined) {
    return {};
  }
  const options = { maxSockets, timeoutMs: connectionTimeoutMs };
  const { Agent } = getBuiltinModule('node:http');
  return {
    httpAgent: new Agent({ keepAlive: true, maxSockets, proxyEnv: variables }),
    ...(variables.HTTPS_PROXY !== undefined && { httpsAgent: proxyAgent(variables, options) }),
  };
}
