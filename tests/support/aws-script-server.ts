import { createServer, type IncomingMessage } from 'node:http';

/** A call as an AWS SDK client sends it in its JSON protocol: the operation's bare name and the input. */
export type ScriptedCall = { operation: string; input: Record<string, unknown> };

/** A real HTTP server in AWS's place: `answer` makes the body of each call's answer, always with status 200. */
export type AwsScriptServer = {
  readonly endpoint: string;
  readonly calls: readonly ScriptedCall[];
  stop(): Promise<void>;
};

export async function startAwsScriptServer(
  answer: (call: ScriptedCall, nth: number) => Record<string, unknown>,
): Promise<AwsScriptServer> {
  const calls: ScriptedCall[] = [];
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = { operation: target.split('.').at(-1) ?? '', input: await readJson(request) };
    calls.push(call);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(answer(call, calls.length)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}
