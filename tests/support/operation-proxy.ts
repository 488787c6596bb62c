import { createServer, request as httpRequest } from 'node:http';

/** A server on loopback that passes AWS calls on and notes which they are. */
export type OperationProxy = { endpoint: string; operations: ReadonlySet<string>; stop(): Promise<void> };

/** Passes everything on to `upstream`; operations are noted as IAM calls them, such as `dynamodb:PutItem`. */
export async function startOperationProxy(service: string, upstream: string): Promise<OperationProxy> {
  const operations = new Set<string>();
  const { hostname, port } = new URL(upstream);
  const server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1);
    operations.add(`${service}:${operation}`);
    const { url, method, headers } = request;
    const passed = httpRequest({ hostname, port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    operations,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
