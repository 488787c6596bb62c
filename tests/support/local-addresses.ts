import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Addresses of this machine by which others could reach it; none on a machine without a network. */
export function outsideAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === 'IPv4' || !scopeid))
    .map(({ address }) => address);
}

/** How a connection to `port` at `host` ends: `connected`, or the system's code, such as ECONNREFUSED. */
export function tryToConnect(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });
}
