import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { startFunctionUrl } from '../../src/local/function-url.ts';
import { askOverHttp, type Sent } from './ask-over-http.ts';
import { virtualClock } from './virtual-clock.ts';

export type Invoke = (event: APIGatewayProxyEventV2) => Promise<unknown>;

/** A URL of a function, on Monday at 08:00; it ends with the test. */
export async function startUrl(invoke: Invoke = async () => ({ statusCode: 200 }), port = 0) {
  const events: APIGatewayProxyEventV2[] = [];
  const problems: string[] = [];
  const heard: Invoke = (event) => {
    events.push(event);
    return invoke(event);
  };
  const url = await startFunctionUrl(heard, port, virtualClock(), (sentence) => problems.push(sentence));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= url.stop();
    return stopped;
  };
  onTestFinished(stop);
  const ask = (target: string, sent?: Sent) => askOverHttp(url.endpoint, target, sent);
  return { endpoint: url.endpoint, port: Number(new URL(url.endpoint).port), events, problems, ask, stop };
}
