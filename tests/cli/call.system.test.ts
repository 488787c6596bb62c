import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callReader } from '../../src/operator/reader-call-adapter.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { cliServer } from '../support/cli-server.ts';
import { startDescribedStack } from '../support/described-stack.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { signatureProblem } from '../support/verify-signature.ts';

const { runCli } = cliServer();
const cwd = scratchFolder();
const caller = { accessKeyId: 'ASIAKEY', secretAccessKey: 'secret/key+', sessionToken: 'token/of+session==' };
const region = 'eu-north-1';
/** A machine whose region stands where the AWS command line looks for it. */
const environment = {
  AWS_REGION: '',
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: caller.accessKeyId,
  AWS_SECRET_ACCESS_KEY: caller.secretAccessKey,
  AWS_SESSION_TOKEN: caller.sessionToken,
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

let reader: TestHttpServer;
let cloud: TestHttpServer;
let cloudWithoutUrl: TestHttpServer;

/** Answers with what it was asked; AWS's 403 to a wrong signature. */
const echo: RequestHandler = (response, { method = '', url: target = '', headers }) => {
  const problem = signatureProblem({ method, target, headers, body: '' }, caller, region, 'lambda');
  response.writeHead(problem === undefined ? 200 : 403, { 'content-type': 'application/json', 'cache-status': 'hit' });
  response.end(JSON.stringify(problem === undefined ? { target } : { Message: problem }));
};

beforeAll(async () => {
  reader = await startHttpServer(echo);
  const tables = { CatalogTable: 'c', ControlTable: 'k' };
  cloud = await startDescribedStack({ ...tables, ReaderUrl: `${reader.baseUrl}/` });
  cloudWithoutUrl = await startDescribedStack(tables);
});

beforeEach(() => reader.answerWith(echo));

afterAll(() => Promise.all([reader, cloud, cloudWithoutUrl].map((server) => server?.close())));

const call = (args: readonly string[], more: Record<string, string> = {}) =>
  runCli(['call', ...args, '--stack', 'aws'], {
    cwd,
    environment: { ...environment, AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.baseUrl, ...more },
  });

describe('call on a deployed stack', () => {
  it('prints status, where the answer comes from, and the body', async () => {
    expect(await call(['/v1/health'])).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      stdout: 'status: 200\ncontent-type: application/json\ncache-status: hit\n\n{\n  "target": "/v1/health"\n}\n',
    });
    // Once, after one slash: AWS's URL ends in one.
    expect(reader.seen.at(-1)?.url).toBe('/v1/health');
  });

  it.each([
    [
      'parameters out of order',
      '/v1/lists/popular/movie?limit=5&genres=18&a=',
      '/v1/lists/popular/movie?a=&genres=18&limit=5',
    ],
    ['raw signs', '/v1/recommendations?liked=movie:550,tv:1!', '/v1/recommendations?liked=movie%3A550%2Ctv%3A1%21'],
    ['signs that are encoded', '/v1/recommendations?liked=movie%3A550', '/v1/recommendations?liked=movie%3A550'],
    ['letters beyond ASCII', '/v1/find/ïmdb/tt 1?q=größer+é', '/v1/find/%C3%AFmdb/tt%201?q=gr%C3%B6%C3%9Fer%20%C3%A9'],
    ['a name twice', '/v1/lists/popular/tv?genres=2&genres=1', '/v1/lists/popular/tv?genres=2&genres=1'],
    ['a question mark in a value', '/v1/health?q=a?b', '/v1/health?q=a%3Fb'],
  ])('signs %s as they are sent', async (_what, path, sent) => {
    const { code, stdout, stderr } = await call([path, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(new Set(paramsOf(JSON.parse(stdout).body.target))).toEqual(new Set(paramsOf(sent)));
  });

  it('signs without a session token where there is none', async () => {
    const { code, stderr } = await call(['/v1/health'], { AWS_SESSION_TOKEN: '' });
    // The verifier wants one: a header that is not there is what it complains about.
    expect([code, stderr]).toEqual([1, expect.stringContaining('the session token is not that of the caller')]);
    expect(reader.seen.at(-1)?.headers).not.toHaveProperty('x-amz-security-token');
  });

  it.each([
    [404, { detail: 'no such list' }, 'GET /v1/x was answered with 404: no such list'],
    [403, { Message: 'Forbidden' }, 'GET /v1/x was answered with 403: Forbidden; these credentials need'],
    [429, { Reason: 'x' }, 'GET /v1/x was answered with 429; too many calls are under way'],
    [502, 'Internal', 'GET /v1/x was answered with 502; the function has failed'],
  ])('ends with 1 and a sentence for %i', async (status, body, sentence) => {
    reader.answerWith((response) =>
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)),
    );
    const result = await call(['/v1/x', '--json']);
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining(`error: ${sentence}`)]);
    expect(JSON.parse(result.stdout)).toMatchObject({ status, body });
  });

  it('has no body to show of HEAD', async () => {
    reader.answerWith((response) => response.writeHead(200, { 'content-type': 'text/x' }).end());
    const { code, stdout } = await call(['/v1/health', '--method', 'head']);
    expect([code, stdout]).toEqual([0, 'status: 200\ncontent-type: text/x\n']);
    expect(reader.seen.at(-1)?.method).toBe('HEAD');
  });

  it.each([
    ['v1/health', "the path is 'v1/health': allowed are paths such as /v1/health"],
    ['//v1/health', "the path is '//v1/health': allowed are paths such as /v1/health"],
    ['https://example.com/v1', "the path is 'https://example.com/v1': allowed are paths such as /v1/health"],
    ['/v1/health#top', "the path is '/v1/health#top': allowed are paths such as /v1/health"],
    ['/v1/%zz', "the path has '%zz', which is not percent-encoded text: write % as %25"],
  ])('refuses the path %s', async (path, sentence) => {
    const before = reader.seen.length;
    const result = await call([path]);
    expect(result).toEqual({ code: 2, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
    expect(reader.seen.length).toBe(before);
  });

  it('refuses a method that the reader does not know', async () => {
    const { code, stderr } = await call(['/v1/health', '--method', 'POST']);
    expect([code, stderr]).toEqual([2, "error: unknown method 'POST': allowed are GET, HEAD, OPTIONS\n"]);
  });

  it('says that a stack has no URL, and what to do', async () => {
    const { code, stderr } = await call(['/v1/health'], { AWS_ENDPOINT_URL_CLOUDFORMATION: cloudWithoutUrl.baseUrl });
    expect([code, stderr]).toEqual([
      1,
      "error: the stack 'TmdbPipeline' has no output ReaderUrl: deploy it with deployment.reader.url 'iam' in the settings\n",
    ]);
  });

  it('says that there are no credentials', async () => {
    const { code, stderr } = await call(['/v1/health'], { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/found no credentials.*AWS_PROFILE/)]);
  });

  it('says that nobody answers at the URL', async () => {
    const gone = await startDescribedStack({ CatalogTable: 'c', ControlTable: 'k', ReaderUrl: 'http://127.0.0.1:1/' });
    const { code, stderr } = await call(['/v1/health'], { AWS_ENDPOINT_URL_CLOUDFORMATION: gone.baseUrl });
    await gone.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining('the call of the reader at 127.0.0.1:1 failed')]);
  });
});

describe('call without AWS', () => {
  it('needs a stack', async () => {
    const { code, stderr } = await runCli(['call', '/v1/health'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      'error: there is no reader to call: start the stack with `local`, or take --stack aws\n',
    ]);
  });
});

describe('a call of any path', () => {
  it('reaches the reader as it was meant, with a right signature', async () => {
    const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((one) => !/^\.{1,2}$/.test(one));
    const pairs = fc.array(fc.tuple(segment, fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), pairs, async (segments, query) => {
        const typed = `/${segments.map(encodeURIComponent).join('/')}?${new URLSearchParams(query)}`;
        Object.assign(process.env, environment, { AWS_REGION: region });
        const answer = await callReader(`${reader.baseUrl}/`, { method: 'GET', path: typed }, true, 5_000, systemClock);
        expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
        const target = new URL(JSON.parse(answer.body).target, reader.baseUrl);
        expect(target.pathname.split('/').slice(1).map(decodeURIComponent)).toEqual(segments);
        expect([...target.searchParams].sort()).toEqual([...new URLSearchParams(query)].sort());
      }),
      { numRuns: 60 },
    );
  });
});

/** Path and parameters, each as it was sent. */
function paramsOf(target: string): string[] {
  return target.split(/[?&]/);
}
