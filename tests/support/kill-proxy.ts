import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { closed, listening } from './loopback-server.ts';

/** What becomes of a call: passed on, lost before it arrives, or done but its answer lost. */
export type CallFate = 'pass' | 'lose-call' | 'lose-answer';

/** A call as it comes by: its name, such as `PutItem`, and its body. */
export type PassingCall = { operation: string; body: Record<string, unknown> };

/** A server on loopback in front of an emulator, which decides call by call. */
export type KillProxy = { endpoint: string; stop(): Promise<void> };

/** Passes calls on to `upstream` as `fateOf` says; a call waits for its fate. */
export async function startKillProxy(
  upstream: string,
  fateOf: (call: PassingCall) => Promise<CallFate>,
): Promise<KillProxy> {
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const fate = await fateOf({ operation, body: JSON.parse(body) as PassingCall['body'] });
      const answer = fate === 'lose-call' ? undefined : await passOn(upstream, request, body);
      if (answer === undefined || fate === 'lose-answer') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode, answer.headers);
      response.end(answer.body);
    } catch {
      request.socket.destroy();
    }
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () => closed(server),
  };
}

type Answer = { statusCode: number; headers: IncomingMessage['headers']; body: string };

function passOn(upstream: string, { url, method, headers }: IncomingMessage, body: string): Promise<Answer> {
  const { hostname, port } = new URL(upstream);
  return new Promise((resolve, reject) => {
    const passed = httpRequest({ hostname, port, path: url, method, headers }, (answer) => {
      text(answer).then(
        (answered) => resolve({ statusCode: answer.statusCode ?? 500, headers: answer.headers, body: answered }),
        reject,
      );
    });
    passed.on('error', reject);
    passed.end(body);
  });
}
