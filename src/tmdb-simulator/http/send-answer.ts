import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from '../answers/answer.ts';

/** TMDB's content type. */
export const jsonType = 'application/json;charset=utf-8';

/** The fastest level: the simulator must not be the bottleneck of a benchmark. */
const gzipLevel = 1;

/** A serialized answer with the headers TMDB sends with it. */
type WireAnswer = { status: number; headers: OutgoingHttpHeaders; body: Buffer };

/** Serializes an answer for a request: JSON, `Cache-Control`, an ETag, 304 for a known ETag, gzip where accepted. */
function wireAnswer(answer: Answer, request: IncomingMessage): WireAnswer {
  const json = Buffer.from(JSON.stringify(answer.body));
  const headers: OutgoingHttpHeaders = { 'Content-Type': jsonType, Vary: 'Accept-Encoding' };
  if (answer.maxAgeSeconds !== undefined) {
    headers['Cache-Control'] = `public, max-age=${answer.maxAgeSeconds}`;
    headers.ETag = `W/"${createHash('md5').update(json).digest('hex')}"`;
    if (isKnown(headers.ETag, request.headers['if-none-match'])) {
      return { status: 304, headers, body: Buffer.alloc(0) };
    }
  }
  if (!acceptsGzip(request.headers['accept-encoding'])) {
    return { status: answer.status, headers, body: json };
  }
  headers['Content-Encoding'] = 'gzip';
  return { status: answer.status, headers, body: gzipSync(json, { level: gzipLevel }) };
}

/** Sends an answer and ends the response. */
export function sendAnswer(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  extraHeaders: OutgoingHttpHeaders = {},
): void {
  const { status, headers, body } = wireAnswer(answer, request);
  const length = status === 304 ? {} : { 'Content-Length': body.length };
  response.writeHead(status, { ...headers, ...length, ...extraHeaders }).end(body);
}

/** Entity tags are compared weakly, and `*` matches every one (RFC 9110, 13.1.2). */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  const known = (ifNoneMatch ?? '').split(',').map(strong);
  return known.includes('*') || known.includes(strong(etag));
}

function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((coding) => {
    const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return (name === 'gzip' || name === '*') && !refused;
  });
}
