import { NotFoundError, Router } from '@aws-lambda-powertools/event-handler/http';
import { compress } from '@aws-lambda-powertools/event-handler/http/middleware';
import { messageOf } from '../../shared/errors.ts';
import { feedId } from '../../shared/feed.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Provenance, Reader } from '../reader-api.ts';
import { cacheControl, cacheStatus, entityTag, namesTag } from './cache-headers.ts';
import { parseListRequest, parseNoQuery, parseRecommendRequest, parseTitleRequest } from './parse-query.ts';
import { HttpProblem, problemResponse, unavailable } from './problem-details.ts';

/** What the routes work with. */
export type RouterDependencies = { reader: Reader; telemetry: Telemetry; clock: Clock; settings: Settings };

type Params = Readonly<Record<string, string>>;
type Answer = (params: Params, query: URLSearchParams) => Promise<{ answer: Provenance; scope: 'public' | 'private' }>;

/** The reader over HTTP: four resources, of which `docs/reader-openapi.json` is the description. */
export function readerRouter(deps: RouterDependencies): Router {
  const { reader, settings } = deps;
  const router = new Router({ logger: quietLogger(deps.telemetry) });
  router.use(async (step) => {
    // Without the header the library compresses; a client that does not ask would see bytes.
    const asked = step.reqCtx.req.headers.has('accept-encoding');
    await (asked ? compress()(step) : step.next());
    step.reqCtx.res.headers.set('Vary', 'Accept-Encoding');
  });
  const get = (path: `/${string}`, answer: Answer) => {
    router.get(path, async ({ req, params }) => {
      const query = new URL(req.url).searchParams;
      return respond(req, await answer(decoded(params), query), deps.clock.nowMs());
    });
  };
  get('/v1/lists/:category/:media', async (params, query) => {
    const { feed, limit } = parseListRequest(params, query, settings);
    const answer = await reader.list(feed, { limit });
    if (answer.titles.length === 0) {
      throw nothing(answer, `TMDB has no list ${feedId(feed)}`);
    }
    return { answer, scope: 'public' };
  });
  get('/v1/titles/:media/:id', async (params, query) => {
    const { mediaType, id, options } = parseTitleRequest(params, query);
    const answer = await reader.title(mediaType, id, options);
    if (answer.title === null) {
      throw nothing(answer, `TMDB has no ${mediaType} ${id}`);
    }
    return { answer, scope: 'public' };
  });
  get('/v1/recommendations', async (_params, query) => {
    const answer = await reader.recommend(parseRecommendRequest(query));
    if (answer.from === 'nowhere' && answer.problem !== undefined) {
      throw unavailable(answer.problem);
    }
    return { answer, scope: 'private' };
  });
  router.get('/v1/health', async ({ req }) => {
    parseNoQuery(new URL(req.url).searchParams);
    const health = await reader.health();
    const status = health.table === 'ok' && health.breaker === 'closed' ? 'ok' : 'degraded';
    return json({ status, ...health }, { 'Cache-Control': 'no-store' });
  });
  onErrors(router, deps.telemetry);
  return router;
}

function respond(req: Request, { answer, scope }: Awaited<ReturnType<Answer>>, nowMs: number): Response {
  const tag = entityTag(answer);
  const headers = {
    ETag: tag,
    'Cache-Control': cacheControl(answer, scope, nowMs),
    'Cache-Status': cacheStatus(answer.from),
  };
  return namesTag(req.headers.get('if-none-match'), tag)
    ? new Response(null, { status: 304, headers })
    : json(answer, headers);
}

/** Why there is no answer: something could not be asked, or there is no such thing. */
function nothing({ problem }: Provenance, absent: string): HttpProblem {
  return problem === undefined ? new HttpProblem(404, 'not_found', absent) : unavailable(problem);
}

function json(body: object, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff', ...headers },
  });
}

/** Path parameters come as they were sent. @throws HttpProblem 400 for a percent sign that encodes nothing. */
function decoded(params: Params): Params {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new HttpProblem(400, 'bad_request', 'the path is not percent-encoded as RFC 3986 has it');
  }
}

function onErrors(router: Router, telemetry: Telemetry): void {
  router.notFound(async (_error, { req }) => {
    const known = /^\/v1\/(lists\/[^/]+\/[^/]+|titles\/[^/]+\/[^/]+|recommendations|health)\/?$/;
    return known.test(new URL(req.url).pathname) && req.method !== 'GET'
      ? problemResponse(new HttpProblem(405, 'method_not_allowed', 'allowed is GET', { headers: { Allow: 'GET' } }))
      : problemResponse(
          new HttpProblem(
            404,
            'no_such_resource',
            'there are /v1/lists/{category}/{media}, /v1/titles/{media}/{id}, /v1/recommendations and /v1/health',
          ),
        );
  });
  router.errorHandler(Error, async (error) => {
    if (error instanceof HttpProblem) {
      return problemResponse(error);
    }
    if (error instanceof NotFoundError) {
      throw error;
    }
    telemetry.warn('a request failed', { detail: messageOf(error) });
    return problemResponse(new HttpProblem(500, 'unexpected', 'something went wrong that should not have'));
  });
}

/** The library logs to the console, which is no structured record. */
function quietLogger(telemetry: Telemetry) {
  const warn = (...said: unknown[]) => telemetry.warn('the router says', { detail: said.map(messageOf).join(' ') });
  return { debug: () => undefined, info: () => undefined, warn, error: warn };
}
