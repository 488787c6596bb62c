import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { closed, listening } from './loopback-server.ts';

/** What one request looked like; `connection` counts the server's connections from 1. */
export type SeenRequest = { method: string; url: string; headers: IncomingHttpHeaders; connection: number };

/** Answers, or does something worse. */
export type RequestHandler = (response: ServerResponse, request: IncomingMessage) => void;

/** A real HTTP server on 127.0.0.1 that does what a test tells it to, and remembers what it was asked. */
export type TestHttpServer = {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  /** What the following requests get. */
  answerWith(handler: RequestHandler): void;
  /** Ends it, with all its connections. */
  close(): Promise<void>;
};

export async function startHttpServer(handler: RequestHandler): Promise<TestHttpServer> {
  const seen: SeenRequest[] = [];
  const connections = new Map<Socket, number>();
  let handle = handler;
  const server = createServer((request, response) => {
    const { method = '', url = '', headers, socket } = request;
    seen.push({ method, url, headers, connection: connections.get(socket) ?? 0 });
    handle(response, request);
  });
  server.on('connection', (socket) => connections.set(socket, connections.size + 1));
  const port = await listening(server);
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    seen,
    answerWith: (next) => {
      handle = next;
    },
    close: () => closed(server),
  };
}
