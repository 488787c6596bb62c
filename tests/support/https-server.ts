import { createServer } from 'node:https';
import { closed, listening } from './loopback-server.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

/** An HTTPS server on 127.0.0.1 with a certificate that nobody trusts. */
export type TestHttpsServer = {
  readonly baseUrl: string;
  /** Requests that came through all the same. */
  requests(): number;
  /** TLS connections that were broken off by the other side or refused. */
  failedHandshakes(): number;
  close(): Promise<void>;
};

const yearMs = 365 * 86_400_000;

/** Of today, for 127.0.0.1 or a host name. */
export function validCertificate(hostName?: string): { key: string; cert: string } {
  const now = Date.now();
  return selfSignedCertificate(new Date(now - yearMs), new Date(now + yearMs), hostName);
}

/** `certificate`: one that is valid, if not given. */
export async function startHttpsServer(body: string, certificate = validCertificate()): Promise<TestHttpsServer> {
  let requests = 0;
  let failed = 0;
  const server = createServer(certificate, (_request, response) => {
    requests += 1;
    response.end(body);
  });
  server.on('tlsClientError', () => {
    failed += 1;
  });
  const port = await listening(server);
  return {
    baseUrl: `https://127.0.0.1:${port}`,
    requests: () => requests,
    failedHandshakes: () => failed,
    close: () => closed(server),
  };
}
