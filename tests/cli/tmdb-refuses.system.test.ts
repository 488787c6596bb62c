import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, oneDocument, runCli } from '../support/cli-process.ts';
import { type ListAnswer, type ListRequest, type ListServer, startListServer } from '../support/list-server.ts';
import { incompleteRunSchema, jobsOf, runSummarySchema } from '../support/run-summary.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { dumpTables, titlesIn } from '../support/table-dump.ts';

const token = 'eyJhbGciOiJub25lIn0.secret-of-this-test';

const notFound = {
  status: 404,
  body: { success: false, status_code: 34, status_message: 'The resource you requested could not be found.' },
};
const refused = {
  status: 401,
  body: { success: false, status_code: 7, status_message: 'Invalid API key: You must be granted a valid key.' },
};
const wrongRequest = { status: 400, body: { success: false, status_code: 22, status_message: 'Invalid page.' } };

/** Every seventh call, the first among them, gets a CDN's page in place of TMDB's answer. */
function edgePageInSeven(statuses: readonly number[]): () => ListAnswer | undefined {
  let calls = 0;
  return () => {
    const status = calls % 7 === 0 ? statuses[(calls / 7) % statuses.length] : undefined;
    calls += 1;
    return status === undefined ? undefined : { status, html: `<html><center><h1>${status}</h1></center></html>` };
  };
}

const cases = {
  missingPage: ({ path, query }: ListRequest) => (path === '/tv/popular' && query.page === '2' ? notFound : undefined),
  nothingThere: () => notFound,
  allEmpty: ({ query }: ListRequest) => ({
    status: 200,
    body: { page: Number(query.page), results: [], total_pages: 1 },
  }),
  unreadable: ({ path, query }: ListRequest) =>
    path === '/trending/tv/day'
      ? { status: 200, body: { page: Number(query.page), results: [{ name: 'no id' }], total_pages: 1 } }
      : undefined,
  rejectedToken: () => refused,
  wrongRequest: ({ path }: ListRequest) => (path === '/trending/tv/day' ? wrongRequest : undefined),
  edgePages: edgePageInSeven([403, 400, 421, 451]),
} satisfies Record<string, (request: ListRequest) => ListAnswer | undefined>;

type Case = keyof typeof cases;

const folder = scratchFolder();
const servers = new Map<Case, ListServer>();
const results = new Map<Case, CliResult>();
const dataDirOf = (name: Case) => join(folder, name);
const resultOf = (name: Case) => results.get(name) as CliResult;

beforeAll(async () => {
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ writer: { batchSize: 10, batchingWindowSeconds: 0 } }));
  await Promise.all(
    (Object.keys(cases) as Case[]).map(async (name) => {
      const server = await startListServer(cases[name]);
      servers.set(name, server);
      const args = ['run', 'daily', '--json', '--settings', settings, '--data-dir', dataDirOf(name)];
      const environment = { TMDB_BASE_URL: server.baseUrl, TMDB_API_TOKEN: token };
      results.set(name, await runCli(args, { cwd: folder, environment }));
    }),
  );
});
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

describe('a page of a list that TMDB does not know', () => {
  it('fails the run, which names it; the other pages are done', () => {
    const { code, stdout, stderr } = resultOf('missingPage');
    const { jobs, rows, tmdb, incomplete } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(code).toBe(1);
    expect(jobs).toEqual(jobsOf({ planned: 7, succeeded: 6, notFound: 1 }));
    expect(incomplete.reason).toBe('not-found');
    expect(stderr).toMatch(
      /^error: TMDB does not know 1 of the 7 pages .*: popular\/tv\/global\/en-US page 2 \(tmdb_34: /m,
    );
    expect(rows).toMatchObject({ received: 120, written: 120 });
    expect(tmdb.requests).toBe(7);
  });

  it('leaves the other pages of its list in the table', async () => {
    const { catalog } = await dumpTables(dataDirOf('missingPage'));
    expect(titlesIn(catalog, 'popular/tv/')).toHaveLength(20);
  });
});

describe('a server that knows none of the lists', () => {
  it('is no TMDB: the run fails, and says so', () => {
    const { code, stdout, stderr } = resultOf('nothingThere');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: TMDB does not know 7 of the 7 pages of lists that were asked for: /m);
    const { incomplete, jobs } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(incomplete).toMatchObject({ reason: 'not-found', jobs: expect.objectContaining({ length: 7 }) });
    expect(jobs).toEqual(jobsOf({ planned: 7, notFound: 7 }));
  });
});

describe('a server of which all lists are empty', () => {
  it('is no success, and the run says so', () => {
    const { code, stdout, stderr } = resultOf('allEmpty');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: TMDB answered all 5 lists without a title: /m);
    const { incomplete, jobs } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(incomplete.reason).toBe('no-titles');
    expect(jobs).toEqual(jobsOf({ planned: 7, succeeded: 7 }));
  });

  it('leaves rows that say so', async () => {
    const { catalog } = await dumpTables(dataDirOf('allEmpty'));
    expect(catalog.map(({ places }) => places)).toEqual(Array.from({ length: 7 }, () => []));
  });
});

describe('a list of which no row can be read', () => {
  it('fails the run, which names it', () => {
    const { code, stdout, stderr } = resultOf('unreadable');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: none of the rows that TMDB sent could be read for 1 of the 7 pages: trending\/tv\/global\/en-US; /m,
    );
    expect(stderr).toContain('6/7 in the table');
    const { incomplete, jobs } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(incomplete).toMatchObject({
      reason: 'unreadable',
      jobs: [expect.stringContaining('/trending/tv/global/en-US/1')],
    });
    expect(jobs).toEqual(jobsOf({ planned: 7, succeeded: 6 }));
  });
});

describe('a token that TMDB refuses', () => {
  it('ends the run with one sentence that says what to do', () => {
    const { code, stderr } = resultOf('rejectedToken');
    expect(code).toBe(1);
    const errors = stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors).toEqual([
      'error: TMDB rejected the token (HTTP 401: Invalid API key: You must be granted a valid key.; /authentication answered HTTP 401: Invalid API key: You must be granted a valid key.) and 7 of 7 jobs were not fetched: set TMDB_API_TOKEN to a valid API Read Access Token',
    ]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('still gives the summary on stdout, with what was not done', () => {
    const { incomplete, jobs, rows } = incompleteRunSchema.parse(oneDocument(resultOf('rejectedToken').stdout));
    expect(incomplete.reason).toBe('token-rejected');
    expect(incomplete.jobs).toHaveLength(7);
    expect(jobs).toMatchObject({ planned: 7, succeeded: 0, open: 7, deadLettered: 0 });
    expect(rows).toMatchObject({ received: 0, written: 0 });
  });

  it('is not tried again and again', () => {
    // No more than one call for each job, and one check for each worker.
    const asked = servers.get('rejectedToken')?.requests.map(({ path }) => path) ?? [];
    const checks = asked.filter((path) => path === '/authentication').length;
    expect(checks).toBeGreaterThanOrEqual(1);
    expect(checks).toBeLessThanOrEqual(3);
    expect(asked.length - checks).toBeLessThanOrEqual(7);
  });

  it('leaves nothing in the catalog', async () => {
    expect((await dumpTables(dataDirOf('rejectedToken'))).catalog).toEqual([]);
  });
});

describe('a CDN’s page in place of one answer in seven', () => {
  it('stops nobody: all seven jobs are done, and every row is there', async () => {
    const { code, stdout, stderr } = resultOf('edgePages');
    const { jobs, rows, tmdb } = runSummarySchema.parse(oneDocument(stdout));
    expect([code, stderr.match(/^error: .*$/m)]).toEqual([0, null]);
    expect(jobs).toMatchObject({ planned: 7, succeeded: 7, deadLettered: 0 });
    expect(rows).toMatchObject({ received: 140, rejected: 0 });
    expect(tmdb.requests).toBe(servers.get('edgePages')?.requests.length);
    expect(tmdb.requests).toBeGreaterThan(7);
    expect(titlesIn((await dumpTables(dataDirOf('edgePages'))).catalog, '')).toHaveLength(140);
  });
});

describe('a request that TMDB finds wrong', () => {
  it('ends as a dead letter, and the other jobs are done', async () => {
    const { code, stdout, stderr } = resultOf('wrongRequest');
    const { incomplete, jobs, rows } = incompleteRunSchema.parse(oneDocument(stdout));
    expect(code).toBe(1);
    expect(jobs).toEqual(jobsOf({ planned: 7, succeeded: 6, deadLettered: 1 }));
    expect(rows).toMatchObject({ received: 120, written: 120 });
    expect(incomplete.jobs).toEqual([expect.stringMatching(/\/trending\/tv\/global\/en-US\/1$/)]);
    expect(stderr).toMatch(
      /^error: 1 jobs? of this run .* in a dead-letter queue: \w+\/trending\/tv\/global\/en-US\/1$/m,
    );
  });
});

describe('whatever TMDB answers', () => {
  it.each(Object.keys(cases) as Case[])('the token stands nowhere in the output (%s)', (name) => {
    const { stdout, stderr } = resultOf(name);
    expect(stdout + stderr).not.toContain('secret-of-this-test');
    expect(new Set(servers.get(name)?.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${token}`]),
    );
  });
});
