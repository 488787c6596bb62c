import { createServer } from 'node:net';

/** The loopback address: the embedded stack listens nowhere else. */
export const loopback = '127.0.0.1';

/** A TCP port on loopback that is free now; for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, loopback, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Fails with one sentence when something listens on `port` already; 0 means any free port. */
export function assertPortFree(port: number, service: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${cause.code})`;
      reject(new Error(`port ${port} for ${service} ${reason}: choose another one or leave it out for a free one`));
    });
    probe.listen(port, loopback, () => probe.close(() => resolve()));
  });
}
