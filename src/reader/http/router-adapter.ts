import { NotFoundError, ParameterValidationError, Router } from '@aws-lambda-powertools/event-handler/http';
import { compress } from '@aws-lambda-powertools/event-handler/http/middleware';
import type { Middleware } from '@aws-lambda-powertools/event-handler/types';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Clock } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import { feedId } from '../../shared/core/feed.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Provenance, Reader } from '../reader-api.ts';
import {
  parseFindRequest,
  parseListRequest,
  parseNoQuery,
  parseRecommendRequest,
  parseTitleRequest,
} from './parse-query.ts';
import { allowedMethods, bare, forRequester, hasNoBody } from './requester-adapter.ts';
import {
  acceptsGzip,
  cacheControl,
  cacheStatus,
  entityTag,
  HttpProblem,
  lastingResponse,
  namesTag,
  outward,
  problemResponse,
  unavailable,
} from './responses.ts';

/** What the routes work with. */
type RouterDependencies = {
  reader: Reader;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
  /** Origins whose pages may read the answers, as the variable `CORS_ORIGINS` has them. */
  origins: readonly string[];
  /** The text of the OpenAPI document. */
  document: () => string;
};

type Params = Readonly<Record<string, string>>;
type Answer = (params: Params, query: URLSearchParams) => Promise<{ answer: Provenance; scope: 'public' | 'private' }>;

/** Answers events of a function URL. Never rejects for anything that a client sends. */
type ReaderRouter = {
  resolve(event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2>;
};

const documentPath = '/openapi.json';
/** The resources that read the cache. `docs/reader-openapi.json` describes them. */
const resources = [
  '/v1/lists/{category}/{media}',
  '/v1/titles/{media}/{id}',
  '/v1/find/{source}/{id}',
  '/v1/recommendations',
  '/v1/health',
] as const;
const index = JSON.stringify({ name: 'tmdb-pipeline reader', document: documentPath, resources });

/** The reader over HTTP: its resources, a list of them at `/` and `/v1`, and their description. */
export function readerRouter(deps: RouterDependencies): ReaderRouter {
  const router = new Router({ logger: quietLogger(deps.telemetry) });
  router.use(compressOnRequest);
  addRoutes(router, deps);
  addLastingRoutes(router, deps);
  onErrors(router, deps.telemetry);
  return {
    resolve: async (event, context) => forRequester(await router.resolve(bare(event), context), event, deps.origins),
  };
}

const compressOnRequest: Middleware = async (step) => {
  // The library would also compress without the header and for `gzip;q=0`, which such clients cannot read.
  const asked = acceptsGzip(step.reqCtx.req.headers.get('accept-encoding'));
  await (asked ? compress()(step) : step.next());
  const { headers, status } = step.reqCtx.res;
  if (hasNoBody(status)) {
    // Set by the library, though the response has no body.
    headers.delete('Content-Type');
  }
};

function addRoutes(router: Router, { reader, settings, telemetry, clock }: RouterDependencies): void {
  const forClients = <A extends Provenance>(answer: A): A => withoutForeign(answer, telemetry);
  const get = (path: `/${string}`, answer: Answer) => {
    router.get(path, async ({ req, params }) => {
      const query = new URL(req.url).searchParams;
      return respond(req, await answer(params, query), clock.nowMs());
    });
  };
  get('/v1/lists/:category/:media', async (params, query) => {
    const { feed, ...options } = parseListRequest(params, query, settings);
    const answer = forClients(await reader.list(feed, options));
    if (answer.from === 'none') {
      throw nothing(answer, `TMDB has no list ${feedId(feed)}`);
    }
    return { answer, scope: 'public' };
  });
  get('/v1/titles/:media/:id', async (params, query) => {
    const { mediaType, id, options } = parseTitleRequest(params, query);
    const answer = forClients(await reader.title(mediaType, id, options));
    if (answer.title === null) {
      throw nothing(answer, `TMDB has no ${mediaType} ${id}`);
    }
    return { answer, scope: 'public' };
  });
  get('/v1/find/:source/:id', async (params, query) => {
    const { source, id, options } = parseFindRequest(params, query);
    const answer = forClients(await reader.find(source, id, options));
    if (answer.title === null) {
      throw nothing(answer, `TMDB has no title with the ${source} id ${id}`);
    }
    return { answer, scope: 'public' };
  });
  get('/v1/recommendations', async (_params, query) => {
    const answer = forClients(await reader.recommend(parseRecommendRequest(query, settings)));
    if (answer.from === 'none' && answer.problem !== undefined) {
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
}

function addLastingRoutes(router: Router, { document }: RouterDependencies): void {
  const lasting = (path: `/${string}`, text: () => string) => {
    router.get(path, async ({ req }) => {
      parseNoQuery(new URL(req.url).searchParams);
      return lastingResponse(text(), req.headers.get('if-none-match'));
    });
  };
  lasting('/', () => index);
  lasting('/v1', () => index);
  lasting(documentPath, document);
}

/** The answer with a problem that clients may see; the log gets the original. */
function withoutForeign<A extends Provenance>(answer: A, telemetry: Telemetry): A {
  if (answer.problem === undefined) {
    return answer;
  }
  const problem = outward(answer.problem);
  if (problem.detail !== answer.problem.detail) {
    telemetry.warn('a read had a problem', answer.problem);
  }
  return { ...answer, problem };
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

/** Why there is no answer: a tier failed, or TMDB has no such thing. */
function nothing({ problem }: Provenance, absent: string): HttpProblem {
  return problem === undefined ? new HttpProblem(404, 'not_found', absent) : unavailable(problem);
}

function json(body: object, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff', ...headers },
  });
}

/** Paths that are there. */
const known = new RegExp(
  `^(/|/v1|${documentPath}|${resources.join('|')})/?$`.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+'),
);

function onErrors(router: Router, telemetry: Telemetry): void {
  const headers = { Allow: allowedMethods };
  router.notFound(async (_error, { req }) => {
    const { pathname } = new URL(req.url);
    // `*` is the reader as a whole, which only OPTIONS can ask (RFC 9110, 9.3.7).
    if (!known.test(pathname) && !(pathname === '/*' && req.method === 'OPTIONS')) {
      const there = `there are ${resources.join(', ')}, and their description at ${documentPath}`;
      return problemResponse(new HttpProblem(404, 'no_such_resource', there));
    }
    return req.method === 'OPTIONS'
      ? new Response(null, { status: 204, headers })
      : problemResponse(new HttpProblem(405, 'method_not_allowed', `allowed are ${allowedMethods}`, { headers }));
  });
  router.errorHandler(Error, async (error) => {
    if (error instanceof HttpProblem) {
      return problemResponse(error);
    }
    if (error instanceof NotFoundError) {
      throw error;
    }
    // Thrown by the library when it decodes the parts of a path.
    if (error instanceof URIError || error instanceof ParameterValidationError) {
      const detail = 'the path has an empty part, or is not percent-encoded as RFC 3986 requires';
      return problemResponse(new HttpProblem(400, 'bad_request', detail));
    }
    telemetry.warn('a request failed', { detail: messageOf(error) });
    return problemResponse(
      new HttpProblem(500, 'unexpected', 'the request failed unexpectedly: the reason is in the log of the reader'),
    );
  });
}

/** Sends the library's log to our telemetry: it would write plain text to the console. */
function quietLogger(telemetry: Telemetry) {
  const warn = (...said: unknown[]) => telemetry.warn('the router says', { detail: said.map(messageOf).join(' ') });
  return { debug: () => undefined, info: () => undefined, warn, error: warn };
}
