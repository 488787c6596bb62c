import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readerRouter } from '../../src/reader/http/router-adapter.ts';
import type { Reader } from '../../src/reader/reader-api.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { functionUrlEvent } from './function-url-event.ts';
import { lambdaContext } from './lambda-context.ts';
import type { HttpAnswer } from './openapi-document.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { type ScriptedReader, scriptedReader } from './scripted-reader.ts';
import { virtualClock } from './virtual-clock.ts';

/** A request as a test writes it down. */
export type Asked = { method?: string; headers?: Record<string, string>; body?: string };

/** What stands for the OpenAPI document. */
export const scriptedDocument = '{"openapi":"3.1.1"}';

/** The routes over a scripted reader, on Monday at 08:00, for pages of these origins. */
export function routesOver(answers: Partial<Reader> = {}, origins: readonly string[] = []) {
  const reader: ScriptedReader = scriptedReader(answers);
  const telemetry = recordingTelemetry();
  const router = readerRouter({
    reader,
    telemetry,
    clock: virtualClock(),
    settings: defaultSettings,
    origins,
    document: () => scriptedDocument,
  });
  const ask = async (target: string, { method = 'GET', headers, body }: Asked = {}) => {
    const event = functionUrlEvent(target, headers);
    event.requestContext.http.method = method;
    const result = await router.resolve({ ...event, ...(body !== undefined && { body }) }, lambdaContext());
    return answerOf(result as APIGatewayProxyStructuredResultV2);
  };
  return { reader, telemetry, ask };
}

/** What Lambda would send of a function's result; the bytes are those on the wire. */
export function answerOf(result: APIGatewayProxyStructuredResultV2): HttpAnswer & { bytes: Buffer } {
  const { statusCode = 200, headers = {}, body = '', isBase64Encoded } = result;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status: statusCode, headers: Object.fromEntries(named), text: bytes.toString('utf8'), bytes };
}
