import type { IncomingHttpHeaders } from 'node:http';
import { startHttpServer } from './http-server.ts';
import { movieRow, seriesRow, statusBody } from './tmdb-rows.ts';

/** What a request gets: `undefined` is the list itself. `html` goes out in place of JSON; `wait` holds the answer back. */
export type ListAnswer = { status: number; body?: unknown; html?: string; wait?: Promise<void> };

/** A request as it came. */
export type ListRequest = { method: string; path: string; query: Record<string, string>; headers: IncomingHttpHeaders };

/** A TMDB whose lists a test knows: twenty rows a page, ids that tell list and rank. */
export type ListServer = {
  readonly baseUrl: string;
  readonly requests: readonly ListRequest[];
  /** What the rows of a page are, as the server sends them. */
  rows(path: string, page: number): Record<string, unknown>[];
  close(): Promise<void>;
};

const listNumbers = ['/movie/popular', '/tv/popular', '/trending/movie/day', '/trending/tv/day', '/trending/all/day'];
const rowsPerPage = 20;
const tokenTaken = { status: 200, body: statusBody(1) };
const edgeHeaders = { Server: 'openresty', Via: '1.1 edge (CloudFront)' };

/** Starts one on loopback. `answer` may say otherwise for a request, `edit` for the rows of a page. */
export async function startListServer(
  answer: (request: ListRequest) => ListAnswer | undefined = () => undefined,
  edit: (rows: Record<string, unknown>[], path: string, page: number) => Record<string, unknown>[] = (rows) => rows,
): Promise<ListServer> {
  const requests: ListRequest[] = [];
  const rows = (path: string, page: number) => edit(plainRows(path, page), path, page);
  const server = await startHttpServer(async (response, incoming) => {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const path = url.pathname.replace(/^\/3/, '');
    const query = Object.fromEntries(url.searchParams);
    const request = { method: incoming.method ?? '', path, query, headers: incoming.headers };
    requests.push(request);
    const page = Number(query.page);
    const list = { status: 200, body: { page, results: rows(path, page), total_pages: 500, total_results: 10_000 } };
    const { status, body, html, wait }: ListAnswer =
      answer(request) ?? (path === '/authentication' ? tokenTaken : list);
    await wait;
    const type = html === undefined ? 'application/json;charset=utf-8' : 'text/html';
    response.writeHead(status, { 'Content-Type': type, ...(html !== undefined && edgeHeaders) });
    response.end(html ?? JSON.stringify(body));
  });
  return { baseUrl: `${server.baseUrl}/3`, requests, rows, close: server.close };
}

/** Ids are list × 100,000 + rank, in a mixed list films and series by turns; ids never follow the ranks' order. */
function plainRows(path: string, page: number): Record<string, unknown>[] {
  const list = listNumbers.indexOf(path) + 1;
  return Array.from({ length: rowsPerPage }, (_, index) => {
    const rank = (page - 1) * rowsPerPage + index + 1;
    const film = path.includes('/all/') ? rank % 2 === 1 : path.includes('movie');
    const facts = {
      id: list * 100_000 + ((rank * 37) % 1000),
      genre_ids: [rank % 7 || 18, 35],
      popularity: 1000 - rank,
    };
    const mixed = path.startsWith('/trending/') && { media_type: film ? 'movie' : 'tv' };
    return film
      ? movieRow({ ...facts, title: `Film ${list}-${rank}`, ...mixed })
      : seriesRow({ ...facts, name: `Series ${list}-${rank}`, ...mixed });
  });
}
