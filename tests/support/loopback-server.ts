import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

const openSockets = new WeakMap<Server, Set<Socket>>();

/** Starts `server`, plain or with TLS, on a free port of 127.0.0.1, and resolves with the port. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  openSockets.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Ends a server that `listening` has started, with all its connections. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of openSockets.get(server) ?? []) {
      socket.destroy();
    }
  });
}
