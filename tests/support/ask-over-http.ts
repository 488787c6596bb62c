import { type Agent, request } from 'node:http';
import type { HttpAnswer } from './openapi-document.ts';

/** A request over a real connection; the answer's bytes are those on the wire. */
export type Sent = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
};

/** Sends it with Node's own client, which adds and decodes nothing. */
export function askOverHttp(
  endpoint: string,
  target: string,
  { method = 'GET', headers = {}, body, agent }: Sent = {},
): Promise<HttpAnswer & { bytes: Buffer; reusedSocket: boolean }> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { hostname, port, path: target, method, headers: { ...length, ...headers }, agent };
    const sending = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(named),
          text: bytes.toString('utf8'),
          bytes,
          reusedSocket: sending.reusedSocket,
        });
      });
    });
    sending.once('error', reject);
    sending.end(body);
  });
}
