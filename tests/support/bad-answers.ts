import { gzipSync } from 'node:zlib';
import type { RequestHandler } from './http-server.ts';

const page = JSON.stringify({ page: 1, results: [], total_pages: 1, total_results: 0 });
const gzipped = gzipSync(page);

/** Ways not to answer, each with what the adapter makes of it: a code, or the HTTP status of an answer. */
export const badAnswers: readonly { name: string; handler: RequestHandler; code?: RegExp; status?: number }[] = [
  { name: 'no answer at all', code: /^timeout$/, handler: () => undefined },
  {
    name: 'headers, and then nothing',
    code: /^timeout$/,
    handler: (response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': page.length });
      response.flushHeaders();
    },
  },
  {
    name: 'one byte after the other',
    code: /^timeout$/,
    handler: (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    },
  },
  {
    name: 'a connection that is reset at once',
    code: /^econnreset$/,
    handler: (response) => response.socket?.resetAndDestroy(),
  },
  {
    name: 'a connection that is reset in the body',
    code: /^(econnreset|econnaborted|err_bad_response)$/,
    handler: (response) => {
      response.writeHead(200, { 'Content-Length': page.length });
      response.write(page.slice(0, 20), () => response.socket?.resetAndDestroy());
    },
  },
  {
    name: 'a body that ends too early',
    code: /^(econnreset|econnaborted|err_bad_response)$/,
    handler: (response) => {
      response.writeHead(200, { 'Content-Length': page.length });
      response.write(page.slice(0, 20), () => response.socket?.end());
    },
  },
  {
    name: 'truncated gzip, declared',
    status: 200,
    handler: (response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(gzipped.subarray(0, gzipped.length - 12));
    },
  },
  {
    name: 'truncated gzip, not declared',
    status: 200,
    handler: (response) => response.end(gzipped.subarray(0, gzipped.length - 12)),
  },
  {
    name: 'damaged gzip, not declared',
    status: 200,
    handler: (response) => response.end(Buffer.from([0x1f, 0x8b, 0x08, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
  },
  {
    name: 'a body that is too large, by its length',
    code: /^answer_too_large$/,
    handler: (response) => response.end('x'.repeat(20_000)),
  },
  {
    name: 'a body that is too large, in chunks',
    code: /^answer_too_large$/,
    handler: (response) => {
      for (let n = 0; n < 20; n += 1) {
        response.write('x'.repeat(1_000));
      }
      response.end();
    },
  },
  {
    name: 'a small body that unpacks to a large one, declared',
    code: /^answer_too_large$/,
    handler: (response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(1_000_000)));
    },
  },
  {
    name: 'a small body that unpacks to a large one, not declared',
    code: /^answer_too_large$/,
    handler: (response) => response.end(gzipSync(Buffer.alloc(1_000_000))),
  },
  {
    name: 'something that is no HTTP',
    code: /^hpe_[a-z_]+$/,
    handler: (response) => response.socket?.end('HTTP/9.9 nonsense\r\n\r\n'),
  },
  { name: 'an empty 200', status: 200, handler: (response) => response.end() },
  {
    name: 'a 503 in HTML',
    status: 503,
    handler: (response) => {
      response.writeHead(503, { 'Content-Type': 'text/html' });
      response.end('<html><body>Back-end server is at capacity</body></html>');
    },
  },
  {
    name: 'a 401',
    status: 401,
    handler: (response) => {
      response.writeHead(401, { 'Content-Type': 'application/json' });
      response.end('{"success":false,"status_code":7,"status_message":"Invalid API key"}');
    },
  },
  {
    name: 'a 403 of a CDN',
    status: 403,
    handler: (response) => {
      response.writeHead(403, { 'Content-Type': 'text/html', Server: 'CloudFront' });
      response.end('<html><body>Request blocked.</body></html>');
    },
  },
  {
    name: 'JSON in Latin-1',
    status: 200,
    handler: (response) => response.end(Buffer.from('{"page":1,"results":[{"id":1,"title":"Am\xe9lie"}]}', 'latin1')),
  },
  {
    name: 'JSON in UTF-16',
    status: 200,
    handler: (response) => response.end(Buffer.from(`\ufeff${page}`, 'utf16le')),
  },
  {
    name: 'a redirect',
    status: 302,
    handler: (response) => {
      response.writeHead(302, { Location: 'http://127.0.0.1:9/elsewhere' });
      response.end();
    },
  },
];
