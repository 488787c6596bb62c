import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay in front of a server on 127.0.0.1 that can fail like a network. */
export type CutRelay = {
  readonly port: number;
  /** Ends every connection at once. */
  cutConnections(): void;
  /** Ends the connection of the next answer before its first byte has passed: what was asked for is done all the same. */
  cutNextAnswer(): void;
  /** Ends every connection, and new ones as they come, until `admit`. */
  refuse(): void;
  admit(): void;
  stop(): Promise<void>;
};

/** Starts a relay to `targetPort`; the server behind it may come and go. `rewrite` is applied to what clients send. */
export async function startCutRelay(targetPort: number, rewrite = (bytes: Buffer) => bytes): Promise<CutRelay> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let losesAnswer = false;
  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(targetPort, '127.0.0.1');
    join(client, upstream, sockets);
    upstream.on('data', (bytes) => {
      if (losesAnswer) {
        losesAnswer = false;
        client.destroy();
        return;
      }
      client.write(bytes);
    });
    client.on('data', (bytes) => upstream.write(rewrite(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutConnections = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    cutConnections,
    cutNextAnswer: () => {
      losesAnswer = true;
    },
    refuse: () => {
      refusing = true;
      cutConnections();
    },
    admit: () => {
      refusing = false;
      losesAnswer = false;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cutConnections();
      }),
  };
}

/**
 * The end of one is the end of the other. Sockets are destroyed, not reset: after `resetAndDestroy` on one that is closing already,
 * Node 24.9 waited for ever in its own clean-up when the process was to end.
 */
function join(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => other.end());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  }
}
