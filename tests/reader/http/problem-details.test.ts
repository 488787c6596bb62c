import { describe, expect, it } from 'vitest';
import { badRequest, HttpProblem, problemResponse, unavailable } from '../../../src/reader/http/responses.ts';

async function told(problem: HttpProblem) {
  const response = problemResponse(problem);
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body: JSON.parse(text), text };
}

describe('a problem', () => {
  it('is told as RFC 9457 has it, with a word for programs', async () => {
    expect((await told(new HttpProblem(404, 'not_found', 'TMDB has no movie 5'))).body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'TMDB has no movie 5',
      code: 'not_found',
    });
  });

  it.each([
    [400, 'Bad Request'],
    [404, 'Not Found'],
    [405, 'Method Not Allowed'],
    [500, 'Internal Server Error'],
    [503, 'Service Unavailable'],
  ])('of status %i is called %s', async (status, title) => {
    expect(await told(new HttpProblem(status, 'code', 'detail'))).toMatchObject({ status, body: { status, title } });
  });

  it('may neither be kept nor be taken for a page, and has the headers of its own', async () => {
    const { headers } = await told(new HttpProblem(405, 'code', 'detail', { headers: { Allow: 'GET' } }));
    expect(headers).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      allow: 'GET',
    });
  });

  it('holds no markup, whatever it says, and says it all the same', async () => {
    const { text, body } = await told(badRequest([{ field: '<b>', detail: '</script><!-- & "' }]));
    expect(text).not.toContain('<');
    expect(body.errors).toEqual([{ field: '<b>', detail: '</script><!-- & "' }]);
    expect(body.detail).toBe('<b>: </script><!-- & "');
  });
});

describe('a wrong request', () => {
  it('is told with each of its wrong fields', async () => {
    const errors = [
      { field: 'limit', detail: 'too large' },
      { field: 'region', detail: 'unknown' },
    ];
    const { status, body } = await told(badRequest(errors));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'bad_request', detail: 'limit: too large; region: unknown', errors });
  });

  it('is told with the first ten of very many', async () => {
    const errors = Array.from({ length: 1_000 }, (_, index) => ({ field: `f${index}`, detail: 'unknown' }));
    const { body } = await told(badRequest(errors));
    expect(body.errors).toEqual(errors.slice(0, 10));
    expect(body.detail).toMatch(/^f0: unknown; .*; f9: unknown$/);
  });
});

describe('nothing to answer with', () => {
  it('is a 404 where the cache has none and nobody else is asked', async () => {
    const { status, headers, body } = await told(unavailable({ code: 'not_cached', detail: 'no such list' }));
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'not_cached', detail: 'no such list' } });
    expect(headers).not.toHaveProperty('retry-after');
  });

  it.each(['table_unavailable', 'breaker_open', 'no_slot', 'timeout', 'http_500'])('is a 503 for %s', async (code) => {
    const { status, headers, body } = await told(unavailable({ code, detail: 'why' }));
    expect({ status, body }).toMatchObject({ status: 503, body: { code, detail: 'why' } });
    expect(body).not.toHaveProperty('cause');
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('says why the table could not be read', async () => {
    const problem = { code: 'table_unavailable', detail: 'why', cause: 'access_denied' } as const;
    expect((await told(unavailable(problem))).body).toMatchObject({
      code: 'table_unavailable',
      cause: 'access_denied',
    });
  });
});
