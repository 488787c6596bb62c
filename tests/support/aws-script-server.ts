import { createServer, type IncomingMessage } from 'node:http';
import { closed, listening } from './loopback-server.ts';

/** A call as an AWS SDK client sends it in its JSON protocol: the operation's bare name and the input. */
export type ScriptedCall = { operation: string; input: Record<string, unknown> };

/** Anything but an answer of status 200 that is JSON. */
export class RawAnswer {
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    this.status = status;
    this.text = text;
  }
}

/** An error as AWS tells it in its JSON protocol. */
export function awsError(status: number, name: string): RawAnswer {
  return new RawAnswer(status, JSON.stringify({ __type: name, message: `${name} by script` }));
}

/** A real HTTP server in AWS's place: `answer` makes each call's answer, the JSON of one with status 200 unless it is raw. */
export type AwsScriptServer = {
  readonly endpoint: string;
  readonly calls: readonly ScriptedCall[];
  stop(): Promise<void>;
};

export async function startAwsScriptServer(
  answer: (call: ScriptedCall, nth: number) => Record<string, unknown> | RawAnswer,
): Promise<AwsScriptServer> {
  const calls: ScriptedCall[] = [];
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = { operation: target.split('.').at(-1) ?? '', input: await readJson(request) };
    calls.push(call);
    const given = answer(call, calls.length);
    const { status, text } = given instanceof RawAnswer ? given : new RawAnswer(200, JSON.stringify(given));
    // A test may have set the time, and the SDK would take this machine's for the right one.
    response.sendDate = false;
    response.writeHead(status, { 'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0' });
    response.end(text);
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: () => closed(server),
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}
