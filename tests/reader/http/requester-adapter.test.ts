/** HEAD, OPTIONS, CORS, slashes and `Vary` over every resource, held against a table that is written out here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readerEnvironmentSchema } from '../../../src/shared/settings/function-environments.ts';
import { routesOver, scriptedDocument } from '../../support/ask-router.ts';
import type { HttpAnswer } from '../../support/openapi-document.ts';
import {
  foundNothing,
  sampleFindAnswer,
  sampleListAnswer,
  sampleListedCard,
  sampleRecommendAnswer,
  sampleTitleAnswer,
} from '../../support/sample-answers.ts';

const long = sampleListAnswer({
  titles: Array.from({ length: 20 }, (_, at) => sampleListedCard({ id: at + 1, rank: at + 1 })),
});
const unavailable = { ...foundNothing, problem: { code: 'breaker_open', detail: 'the breaker is open' } };
/** A reader that has most things, but not film 404, and that fails for 503 and 500. */
const answers = {
  list: async () => long,
  title: async (_media: string, id: number) => {
    if (id === 500) {
      throw new Error('a fault of its own');
    }
    const nothing = { 404: foundNothing, 503: unavailable }[id];
    return nothing ? sampleTitleAnswer({ ...nothing, title: null, absent: id === 404 }) : sampleTitleAnswer();
  },
  find: async () => sampleFindAnswer(),
  recommend: async () => sampleRecommendAnswer(),
};

/** Targets, with the status of a GET. */
const targets: Record<string, number> = {
  '/': 200,
  '/v1': 200,
  '/openapi.json': 200,
  '/v1/lists/popular/movie': 200,
  '/v1/titles/movie/550': 200,
  '/v1/find/imdb/tt0137523': 200,
  '/v1/recommendations': 200,
  '/v1/health': 200,
  '/v1/lists/popular/movie?limit=501': 400,
  '/v1/titles/movie/abc': 400,
  '/v1/titles/movie/%ff': 400,
  '/v1/health?a=1': 400,
  '/?a=1': 400,
  '/v1/titles/movie/404': 404,
  '/v1/lists': 404,
  '/v2': 404,
  '/v1/titles/movie/500': 500,
  '/v1/titles/movie/503': 503,
};
/** What is not there is not there by any method. */
const unknownTargets = ['/v1/lists', '/v2'];

const app = 'https://app.example';
const loopback = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'];
/** Settings of the origins, an `Origin` or none, and what may stand in Access-Control-Allow-Origin. */
const originTable: [allowed: string[], origin: string | undefined, named: string | undefined][] = [
  [[], undefined, undefined],
  [[], app, undefined],
  [[app], undefined, undefined],
  [[app], app, app],
  [[app], `${app}:443`, undefined],
  [[app], 'http://app.example', undefined],
  [[app], 'https://APP.example', undefined],
  [[app], 'https://app.example.evil.example', undefined],
  [[app], 'https://evil-app.example', undefined],
  [[app], 'null', undefined],
  [[app], '', undefined],
  [[app], '*', undefined],
  [[app], `${app}, https://evil.example`, undefined],
  [[app, 'http://other.example:8080'], 'http://other.example:8080', 'http://other.example:8080'],
  [['*'], undefined, '*'],
  [['*'], app, '*'],
  [['*'], 'null', '*'],
  [loopback, 'http://localhost', 'http://localhost'],
  [loopback, 'http://localhost:5173', 'http://localhost:5173'],
  [loopback, 'http://127.0.0.1:80', 'http://127.0.0.1:80'],
  [loopback, 'http://[::1]:3000', 'http://[::1]:3000'],
  [loopback, 'https://localhost:5173', undefined],
  [loopback, 'http://localhost:', undefined],
  [loopback, 'http://localhost:5173:1', undefined],
  [loopback, 'http://localhost:5173/', undefined],
  [loopback, 'http://localhost:*', undefined],
  [loopback, 'http://localhost.evil.example:5173', undefined],
  [loopback, 'http://evil.example:5173', undefined],
  [loopback, 'http://127.0.0.1.evil.example', undefined],
];
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PATCH'] as const;
const codings = [undefined, 'gzip', 'br', 'gzip;q=0'];
const statusOf = (target: string, method: string): number => {
  const got = targets[target] ?? 0;
  if (method === 'GET' || method === 'HEAD') {
    return got;
  }
  const isThere = !unknownTargets.includes(target) && !target.includes('%ff');
  return isThere ? (method === 'OPTIONS' ? 204 : 405) : 404;
};
const corsOf = ({ headers }: HttpAnswer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

const anyTarget = fc.constantFrom(...Object.keys(targets).filter((target) => !target.includes('%ff')));
const anyCase = fc.record({
  target: anyTarget,
  method: fc.constantFrom(...methods),
  origin: fc.constantFrom(...originTable),
  coding: fc.constantFrom(...codings),
  tag: fc.constantFrom(undefined, '*', '"other"'),
});
const sentOf = (origin: string | undefined, coding: string | undefined, tag?: string) => ({
  ...(origin !== undefined && { origin }),
  ...(coding !== undefined && { 'accept-encoding': coding }),
  ...(tag !== undefined && { 'if-none-match': tag }),
});

/** What CORS adds to the answer to a method where the origin is allowed as `named`. */
function corsFor(named: string | undefined, method: string): Record<string, string> {
  if (named === undefined) {
    return {};
  }
  const ofAll = {
    'access-control-allow-origin': named,
    'access-control-expose-headers': 'ETag, Cache-Status, Age, Retry-After',
  };
  const ofPreflight = {
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': 'If-None-Match',
    'access-control-max-age': '7200',
  };
  return method === 'OPTIONS' ? { ...ofAll, ...ofPreflight } : ofAll;
}

/** Whether there is something that a client may have kept, and names. */
function isKept(target: string, method: string, tag: string | undefined): boolean {
  return tag === '*' && /^(GET|HEAD)$/.test(method) && targets[target] === 200 && target !== '/v1/health';
}

/** What an answer with a body has, one without must not have, and an error must not let be kept. */
function expectBody({ status, headers, bytes }: HttpAnswer & { bytes: Buffer }, method: string): void {
  const isBodiless = status === 204 || status === 304;
  expect(['content-length' in headers, 'content-type' in headers]).toEqual([!isBodiless, !isBodiless]);
  expect(bytes.length === 0).toBe(isBodiless || method === 'HEAD');
  const { etag, 'cache-control': kept } = headers;
  expect(status < 400 || (etag === undefined && kept === 'no-store')).toBe(true);
}

describe('every resource, by every method, for every origin', () => {
  it('has the status, the Vary and the headers of CORS that the table says', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ target, method, origin: [allowed, origin, named], coding, tag }) => {
        const answer = await routesOver(answers, allowed).ask(target, { method, headers: sentOf(origin, coding, tag) });
        expect(answer.status).toBe(isKept(target, method, tag) ? 304 : statusOf(target, method));
        const isPerOrigin = !['*', undefined].includes(allowed[0]);
        expect(answer.headers.vary).toBe(isPerOrigin ? 'Accept-Encoding, Origin' : 'Accept-Encoding');
        expect(corsOf(answer)).toEqual(corsFor(named, method));
        expect(answer.headers.allow).toBe([204, 405].includes(answer.status) ? 'GET, HEAD, OPTIONS' : undefined);
        expectBody(answer, method);
      }),
      { numRuns: 400 },
    );
  });

  it.each(originTable)('for origins %j and a page of %s: %s', async (allowed, origin, named) => {
    for (const method of methods) {
      const answer = await routesOver(answers, allowed).ask('/v1/health', {
        method,
        headers: sentOf(origin, undefined),
      });
      expect(corsOf(answer), method).toEqual(corsFor(named, method));
    }
  });

  it.each(Object.keys(targets))(
    'answers HEAD %s with the headers of GET, its length included, and no body',
    async (target) => {
      const sent = codings.flatMap((coding) => [undefined, '*', '"other"'].map((tag) => sentOf(app, coding, tag)));
      for (const headers of sent) {
        const { ask } = routesOver(answers, [app]);
        const [got, headed] = [await ask(target, { headers }), await ask(target, { method: 'HEAD', headers })];
        expect({ ...headed, bytes: null }).toEqual({ ...got, text: '', bytes: null });
        expect(got.headers['content-length'] ?? '0').toBe(String(got.bytes.length));
      }
    },
  );

  it('has one tag whatever the coding and the origin', async () => {
    for (const target of Object.keys(targets).filter((one) => targets[one] === 200 && one !== '/v1/health')) {
      const tags = [];
      for (const coding of codings) {
        for (const origin of [undefined, app, 'https://evil.example']) {
          const { headers } = await routesOver(answers, [app]).ask(target, { headers: sentOf(origin, coding) });
          tags.push(headers.etag);
        }
      }
      expect(new Set(tags).size, target).toBe(1);
      // Weak: the bodies of one tag differ by their age and their coding.
      expect(tags[0]).toMatch(/^W\/"[0-9a-f]{24}"$/);
    }
  });

  it('says with a 304 what RFC 9110 (15.4.5) asks for, as the 200 does', async () => {
    for (const target of Object.keys(targets).filter((one) => targets[one] === 200 && one !== '/v1/health')) {
      for (const method of ['GET', 'HEAD']) {
        const { ask } = routesOver(answers, [app]);
        const got = await ask(target, { headers: { origin: app } });
        const kept = await ask(target, { method, headers: { origin: app, 'if-none-match': got.headers.etag ?? '' } });
        expect(kept.status).toBe(304);
        for (const name of ['etag', 'cache-control', 'vary', 'cache-status', 'access-control-allow-origin']) {
          expect(kept.headers[name], `${target} ${name}`).toBe(got.headers[name]);
        }
      }
    }
  });
});

describe('slashes', () => {
  const slashes = fc.integer({ min: 1, max: 3 }).map((count) => '/'.repeat(count));
  const anyPath = fc.constantFrom(...Object.keys(targets).map((target) => target.split('?')[0] ?? ''));

  it('beside each other count as one, and at the end as none', async () => {
    const places = fc.array(slashes, { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyPath, places, fc.constantFrom('', '/', '//'), async (path, between, end) => {
        const spread = path.split('/').filter((part) => part !== '');
        const other = (spread.map((part, at) => `${between[at]}${part}`).join('') || between[0]) + end;
        const [usual, asked] = [await routesOver(answers).ask(path), await routesOver(answers).ask(other)];
        expect({ ...asked, bytes: null }, other).toEqual({ ...usual, bytes: null });
      }),
    );
  });

  it.each(['/v1/titles/movie%2F550', '/%2Fv1/health', '/v1%2Fhealth'])(
    'count only as themselves: %s',
    async (target) => {
      expect(await routesOver(answers).ask(target)).toMatchObject({ status: 404 });
    },
  );
});

describe('what is at the root', () => {
  it.each(['/', '/v1', '/v1/', '//'])('%s names the resources and their description', async (target) => {
    const { text, headers } = await routesOver().ask(target);
    expect(JSON.parse(text)).toEqual({
      name: 'tmdb-pipeline reader',
      document: '/openapi.json',
      resources: [
        '/v1/lists/{category}/{media}',
        '/v1/titles/{media}/{id}',
        '/v1/find/{source}/{id}',
        '/v1/recommendations',
        '/v1/health',
      ],
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' });
  });

  it('the description is sent as it is', async () => {
    const { text, headers } = await routesOver().ask('/openapi.json');
    expect(text).toBe(scriptedDocument);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
  });

  it('asks the reader nothing', async () => {
    const { ask, reader } = routesOver();
    for (const target of ['/', '/v1', '/openapi.json', '*']) {
      for (const method of methods) {
        await ask(target, { method });
      }
    }
    expect(reader.calls).toEqual([]);
  });

  it('is the whole reader to OPTIONS *', async () => {
    expect(await routesOver().ask('*', { method: 'OPTIONS' })).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    });
    expect(await routesOver().ask('*')).toMatchObject({ status: 404 });
  });
});

describe('the variable of the origins', () => {
  it('may be absent', () => {
    expect(readerEnvironmentSchema.safeParse({}).error?.issues.map(({ path }) => path[0])).not.toContain(
      'CORS_ORIGINS',
    );
  });
});
