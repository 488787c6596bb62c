import { connect, createServer } from 'node:net';
import { closed, listening } from './loopback-server.ts';

/** A TCP relay in front of a server on 127.0.0.1 that keeps every byte its clients send. */
export type WireTap = {
  readonly endpoint: string;
  /** All that was sent so far, as text. */
  heard(): string;
  close(): Promise<void>;
};

export async function startWireTap(target: string): Promise<WireTap> {
  const { hostname, port: targetPort } = new URL(target);
  const chunks: Buffer[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), hostname);
    client.on('error', () => client.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => upstream.destroy());
    client.on('data', (bytes) => chunks.push(bytes));
    client.pipe(upstream).pipe(client);
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    heard: () => Buffer.concat(chunks).toString('utf8'),
    close: () => closed(server),
  };
}
