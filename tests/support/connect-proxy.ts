import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { closed, listening } from './loopback-server.ts';

/** A proxy on 127.0.0.1 that opens tunnels and writes down what it was asked for. */
export type ConnectProxy = {
  readonly port: number;
  /** `host:port` of each CONNECT, in order. */
  readonly tunnels: string[];
  /** Their `Proxy-Authorization` headers. */
  readonly credentials: (string | undefined)[];
  /** Requests that were not CONNECT, and so could be read. */
  readonly readable: string[];
  close(): Promise<void>;
};

/** Whatever host is asked for, the tunnel leads to `targetPort`; without one each CONNECT is answered with `refusal`. */
export async function startConnectProxy(
  targetPort: number | undefined,
  refusal = 'HTTP/1.1 502 Bad Gateway\r\n\r\n<html>',
): Promise<ConnectProxy> {
  const [tunnels, readable]: [string[], string[]] = [[], []];
  const credentials: (string | undefined)[] = [];
  const proxy = createHttpServer((request, response) => {
    readable.push(request.url ?? '');
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '');
    credentials.push(request.headers['proxy-authorization']);
    client.on('error', () => client.destroy());
    if (targetPort === undefined) {
      client.end(refusal);
      return;
    }
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    join(client, connect(targetPort, '127.0.0.1'));
  });
  return { port: await listening(proxy), tunnels, credentials, readable, close: () => closed(proxy) };
}

/** TLS in front of the plain server at `targetPort`. */
export async function startTlsFront(
  certificate: { key: string; cert: string },
  targetPort: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const front = createTlsServer(certificate, (socket) => join(socket, connect(targetPort, '127.0.0.1')));
  front.on('tlsClientError', () => undefined);
  return { port: await listening(front), close: () => closed(front) };
}

/** A server that takes connections and does with them as `act` says. */
export async function startSocketServer(
  act: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    act(socket);
  });
  return { port: await listening(server), close: () => closed(server) };
}

function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  one.on('error', () => other.destroy()).on('close', () => other.destroy());
  other.on('error', () => one.destroy()).on('close', () => one.destroy());
}
