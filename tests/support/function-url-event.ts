import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** The event that a function URL makes of a GET of `target`, a path with its query. */
export function functionUrlEvent(target: string, headers: Record<string, string> = {}): APIGatewayProxyEventV2 {
  const [rawPath = '/', rawQueryString = ''] = target.split('?');
  const http = { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'reader.test', ...headers },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'reader',
      domainName: 'reader.test',
      domainPrefix: 'reader',
      http,
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '25/Nov/2026:08:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 25, 8),
    },
    isBase64Encoded: false,
  };
}
