import { getBuiltinModule } from 'node:process';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AwsJson1_0Protocol } from '@aws-sdk/core/protocols';
import { DynamoDBDocumentClient, type TranslateConfig } from '@aws-sdk/lib-dynamodb';
import { JsonShapeSerializer2 } from '@smithy/core/protocols';
import type { Logger, Schema } from '@smithy/types';
import type { ClientTarget } from '../core/client-target.ts';
import { defaultRegion, hasSqsEndpoint, proxyVariables } from '../core/env.ts';
import { proxyAgent } from '../core/proxy-agent.ts';
import { nodeProxyVariables, type ProxyVariables, proxyFor } from '../core/proxy-variables.ts';

/**
 * Attempts of the SDK for one call, including the first. This covers throttles and connection errors of AWS only. Calls of TMDB are
 * retried in one place, by the worker.
 */
const maxAttempts = 4;

/** Time-outs for connecting and for an answer: a server that does not answer must not use up a whole invocation. */
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 4_000;
/** The same limit as that of the SDK's own agents. */
const maxSockets = 50;

/**
 * Warnings alone. For a logger with `info`, as the SDK's own that writes nothing, the SDK describes the input and the output of each call.
 * Without `error` nothing of them is ever written. `debug` is called without a look whether it is there.
 */
const quietLogger = { warn: console.warn, debug: () => undefined } as unknown as Logger;

/** DynamoDB with plain values instead of typed attributes; `undefined` members are left out. */
export function dynamoClient(target?: ClientTarget): DynamoDBDocumentClient {
  return documentsOf(new DynamoDBClient(clientOptions(target)));
}

/** `client` with plain values, which closes it too: its own `destroy` does nothing, and the connections would stay open while the process lives. */
export function documentsOf(
  client: DynamoDBClient,
  unmarshallOptions: TranslateConfig['unmarshallOptions'] = {},
): DynamoDBDocumentClient {
  const documents = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions,
  });
  documents.destroy = () => client.destroy();
  return documents;
}

/**
 * SQS's requests as JSON that V8 writes. The SDK writes each character of a message in JavaScript, which took a twentieth of the worker's
 * processor time: ten pages are 180 KB. Only attributes may hold bytes, which JSON does not know, and are left to the SDK (docs/adr/0047).
 */
class SqsJsonWriter extends JsonShapeSerializer2 {
  #plain: unknown;

  override write(schema: Schema, value: unknown): void {
    const { MessageAttributes, Entries = [] } = value as WithAttributes & { Entries?: WithAttributes[] };
    const isPlain = [MessageAttributes, ...Entries.map((entry) => entry.MessageAttributes)].every(
      (it) => it === undefined,
    );
    this.#plain = isPlain ? value : undefined;
    if (!isPlain) {
      super.write(schema, value);
    }
  }

  override flush(): Uint8Array {
    return this.#plain === undefined ? super.flush() : Buffer.from(JSON.stringify(this.#plain));
  }
}

type WithAttributes = { MessageAttributes?: unknown };

class SqsProtocol extends AwsJson1_0Protocol {
  protected override serializer = new SqsJsonWriter({
    timestampFormat: { useTrait: true, default: 7 },
    jsonName: false,
  });
}

/**
 * SQS. `longPollMs` (default 0) is how long a receive waits for messages (long polling). Calls go to the host of the queue's URL, unless a
 * variable such as `AWS_ENDPOINT_URL` names another server: without this the SDK would call AWS although an emulator is named. No MD5 of bodies is
 * compared: a request is signed with the SHA-256 of its body, and TLS protects both directions.
 */
export function sqsClient(target?: ClientTarget, longPollMs = 0): SQSClient {
  return new SQSClient({
    ...clientOptions(target, longPollMs),
    useQueueUrlAsEndpoint: !hasSqsEndpoint(),
    md5: false,
    protocol: SqsProtocol,
  });
}

/**
 * Attempts, time-outs, proxy and target for any client. `longPollMs` is added to the time-out of an answer; `environment` names the
 * proxy.
 * @throws UsageError for a proxy that cannot be used.
 */
export function clientOptions(target?: ClientTarget, longPollMs = 0, environment: ProxyVariables = proxyVariables()) {
  const requestTimeout = longPollMs + requestTimeoutMs;
  const region = target === undefined ? defaultRegion() : undefined;
  return {
    ...(region !== undefined && { region }),
    maxAttempts,
    logger: quietLogger,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout,
      throwOnRequestTimeout: true,
      ...agentsFor(target, environment),
    },
    ...(target && { ...target, credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } }),
  };
}

/**
 * Agents for the proxy; an empty object without a proxy, so that the SDK uses its own. A target is one host, for which NO_PROXY can be
 * judged here; AWS has many hosts, so the agents judge each.
 */
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
