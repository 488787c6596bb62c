import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { crossOrigin } from '../../shared/settings/function-environments.ts';

/** The methods of every resource. */
export const allowedMethods = 'GET, HEAD, OPTIONS';

/**
 * The request without what no resource uses and the library fails on: a body of a GET, an unknown method, an invalid host or protocol. Slashes
 * beside each other count as one, and one at the end as none: a base address that ends in a slash, joined with a path, is meant.
 */
export function bare({ body: _body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const { requestContext, headers, rawPath } = event;
  const { http, domainName } = requestContext;
  return {
    ...event,
    rawPath: `/${rawPath.split('/').filter(Boolean).join('/')}`,
    headers: { ...headers, host: domainName, 'x-forwarded-proto': 'https' },
    requestContext: { ...requestContext, http: { ...http, method: routedMethods.get(http.method) ?? 'POST' } },
  };
}

/** By which method the library routes each; all that are not here are refused in the same way. */
const routedMethods: ReadonlyMap<string, string> = new Map([
  ['GET', 'GET'],
  ['HEAD', 'GET'],
  ['OPTIONS', 'OPTIONS'],
]);

/** Whether responses of this status are without a body. */
export function hasNoBody(status: number | undefined): boolean {
  return status === 204 || status === 304;
}

/**
 * The answer with what depends on the requester. HEAD is answered as GET is, so that all of its headers are those of GET, and loses its body here: what
 * comes after this function cannot know the length any more, so it is told as a header.
 */
export function forRequester(
  answer: APIGatewayProxyStructuredResultV2,
  { headers, requestContext }: APIGatewayProxyEventV2,
  origins: readonly string[],
): APIGatewayProxyStructuredResultV2 {
  const { statusCode, body = '', isBase64Encoded } = answer;
  const { method } = requestContext.http;
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(!hasNoBody(statusCode) && { 'content-length': String(bytes) }),
      ...requesterHeaders(origins, headers.origin, method),
    },
    ...(method === 'HEAD' && { body: '', isBase64Encoded: false }),
  };
}

/**
 * The headers that depend on who asks: `vary`, and those of CORS (Fetch standard, 3.3) where `origin` is allowed. `allowed` are exact origins, `*`, or
 * origins with any port (`http://localhost:*`). The CORS middleware of the router's library knows no ports, replaces `Vary`, and answers a
 * preflight only where its own headers reach the function, which CloudFront does not pass on.
 */
function requesterHeaders(
  allowed: readonly string[],
  origin: string | undefined,
  method: string,
): Record<string, string> {
  const isOpen = allowed.includes('*');
  const vary = isOpen || allowed.length === 0 ? 'Accept-Encoding' : 'Accept-Encoding, Origin';
  const named = isOpen ? '*' : allowed.some((one) => isSameOrigin(one, origin)) && origin;
  if (!named) {
    return { vary };
  }
  return {
    vary,
    'access-control-allow-origin': named,
    'access-control-expose-headers': crossOrigin.exposedHeaders,
    ...(method === 'OPTIONS' && {
      'access-control-allow-methods': allowedMethods,
      'access-control-allow-headers': crossOrigin.acceptedHeader,
      'access-control-max-age': String(crossOrigin.preflightSeconds),
    }),
  };
}

function isSameOrigin(allowed: string, origin: string | undefined): boolean {
  return allowed.endsWith(':*') ? origin?.replace(/:\d+$/, '') === allowed.slice(0, -':*'.length) : origin === allowed;
}
