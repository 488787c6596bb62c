import { gzipSync } from 'node:zlib';
import type { RequestHandler } from './http-server.ts';
import { listPage, movieRow, statusBody } from './tmdb-rows.ts';

export const goodPage = JSON.stringify(listPage(movieRow(), movieRow({ id: 551 })));
export const jsonHeaders = { 'Content-Type': 'application/json;charset=utf-8' };

/** An answer as TMDB gives it. */
export function answering(
  status: number,
  body: string,
  headers: Record<string, string | string[]> = {},
): RequestHandler {
  return (response) => response.writeHead(status, { ...jsonHeaders, ...headers }).end(body);
}

/** TMDB's own error envelope. */
export function tmdbSays(
  status: number,
  code: number,
  headers: Record<string, string | string[]> = {},
): RequestHandler {
  return answering(status, JSON.stringify(statusBody(code)), headers);
}

/** One handler after the other; from the last on that one again. */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  let nth = 0;
  return (response, request) => {
    const handler = handlers[Math.min(nth, handlers.length - 1)];
    nth += 1;
    handler?.(response, request);
  };
}

/** The page that was asked for, where one was; `/authentication` takes any token. */
export const goodAnswer: RequestHandler = (response, request) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const page = Number(searchParams.get('page') ?? 1);
  const good = pathname.endsWith('/authentication')
    ? JSON.stringify(statusBody(1))
    : JSON.stringify({ ...JSON.parse(goodPage), page });
  answering(200, good)(response, request);
};

/** Takes the request and says nothing. */
export const blackHole: RequestHandler = () => undefined;

/** One byte every 20 ms, of a body that would be good in the end. */
export const slowDrip: RequestHandler = (response) => {
  response.writeHead(200, jsonHeaders);
  let at = 0;
  const drip = setInterval(() => {
    response.write(goodPage[at] ?? ' ');
    at += 1;
  }, 20);
  response.on('close', () => clearInterval(drip));
};

/** Half of a good body, and then the connection is gone. */
export const resetInBody: RequestHandler = (response) => {
  response.writeHead(200, { ...jsonHeaders, 'Content-Length': Buffer.byteLength(goodPage) });
  response.write(goodPage.slice(0, 200), () => response.socket?.resetAndDestroy());
};

export const truncatedJson: RequestHandler = answering(200, goodPage.slice(0, -40));

export const gzipWithoutHeader: RequestHandler = (response) =>
  response.writeHead(200, jsonHeaders).end(gzipSync(goodPage));

export const tenMegabytes: RequestHandler = (response) => {
  response.writeHead(200, jsonHeaders);
  const megabyte = 'x'.repeat(1_000_000);
  const write = (left: number) => {
    if (left > 0 && !response.destroyed) {
      response.write(megabyte, () => write(left - 1));
    } else {
      response.end();
    }
  };
  write(10);
};

/** A load balancer's page. */
export const htmlUnavailable: RequestHandler = (response) =>
  response
    .writeHead(503, { 'Content-Type': 'text/html', 'Retry-After': '4' })
    .end('<html><body><h1>503 Service Unavailable</h1></body></html>');
