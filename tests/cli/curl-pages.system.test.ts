/**
 * The commands of the pages that read from a stack on this machine, and that all ways of reading agree. Of a `curl` command only the port is
 * another one: 8080 may be taken.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort, stackEndpointsSchema } from '../../src/local/stack-endpoints.ts';
import { openReader } from '../../src/reader/open-reader.ts';
import type { ListAnswer, ListRequest } from '../../src/reader/reader-api.ts';
import { type RunningCli, runCli, runJson, startCli } from '../support/cli-process.ts';
import { blockCommands, pageText } from '../support/page-commands.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const cwd = scratchFolder();
const start = 'npm run -s pipeline -- local --http-port 8080';
const pages = ['README.md', 'docs/reader.md'].map((page) => [page, blockCommands(pageText(page))] as const);
const calls = pages.flatMap(([page, commands]) =>
  commands.filter((command) => command.startsWith('curl ')).map((command) => [page, command] as const),
);
let port: number;
let local: RunningCli;

beforeAll(async () => {
  port = await freePort();
  local = startCli(['local', '--http-port', String(port)], { cwd });
  await local.line('stderr', 'done: weekly', 100_000);
});

describe('curl on a local stack', () => {
  it('is shown after the command that starts it', () => {
    expect(calls.length).toBeGreaterThan(1);
    expect(pages.map(([, commands]) => commands.includes(start))).toEqual(pages.map(() => true));
  });

  it.each(calls)('%s: %s', async (_page, command) => {
    const { stdout } = await run('bash', ['-c', command.replace(':8080/', `:${port}/`)]);
    const { titles, picks, details } = JSON.parse(stdout) as {
      titles?: unknown[];
      picks?: unknown[];
      details?: { fetchedAt: object };
    };
    // A title has details, of which the first answer may know nothing yet.
    expect((titles ?? picks ?? Object.keys(details?.fetchedAt ?? {})).length).toBe(details === undefined ? 3 : 8);
  });

  it('is not needed for what `call` does', async () => {
    const { code, stdout } = await startCli(['call', '/v1/lists/popular/movie?limit=3'], { cwd }).ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^status: 200\n[\s\S]*"rank": 3/)]);
  });
});

describe('reading commands of the page', () => {
  const [, commands] = pages.find(([page]) => page === 'docs/reader.md') ?? ['', []];
  const reading = commands.filter((command) => /^npm run -s pipeline -- (read|recommend) /.test(command));

  it('are there for lists and for recommendations', () => {
    expect(reading.map((command) => command.split(' ')[5]).sort()).toEqual(['read', 'recommend']);
  });

  it.each(reading)('%s', async (command) => {
    const args = command.split(' ').slice(5);
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => /^ *\d+ {2}\S.* movie /.test(line))).toHaveLength(3);
  });
});

type Read = Pick<ListAnswer, 'titles' | 'filtered' | 'offset'>;

/** What there is to compare of an answer: not where it came from, nor how fresh it is. */
function essence({ titles, filtered, offset }: Read): object {
  return { offset, filtered, titles: titles.map(({ rank, mediaType, id, watch }) => ({ rank, mediaType, id, watch })) };
}

/** A list of popular films by the library in this process, over HTTP, and by the command: of the same tables. */
async function threeWays(request: ListRequest): Promise<object[]> {
  const stack = stackEndpointsSchema.parse(JSON.parse(readFileSync(join(cwd, '.local/stack.json'), 'utf8')));
  const reader = openReader({
    catalogTable: stack.catalogTable,
    dynamodb: { endpoint: stack.endpoints.dynamodb, region: stack.region },
  });
  const members = Object.entries(request).map(([name, value]) => [name, String(value)] as const);
  const query = new URLSearchParams(Object.fromEntries(members));
  const options = members.flatMap(([name, text]) => [
    `--${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
    text,
  ]);
  // The names of services come behind the first answer that asks for them.
  await reader.list({ category: 'popular', media: 'movie' }, request).then(() => reader.settled());
  const [inProcess, overHttp, typed] = await Promise.all([
    reader.list({ category: 'popular', media: 'movie' }, request),
    fetch(`http://127.0.0.1:${port}/v1/lists/popular/movie?${query}`).then(
      (response) => response.json() as Promise<Read>,
    ),
    runJson<Read>(['read', 'list', 'popular', 'movie', ...options], { cwd }),
  ]);
  await reader.close();
  return [inProcess, overHttp, typed].map(essence);
}

describe('filters give the same titles in the library, over HTTP and by the command', () => {
  it.each<ListRequest>([
    { excludeGenres: [27, 53], excludeLanguages: ['hi'], yearFrom: 1990, minVotes: 50 },
    { genres: [18], originalLanguages: ['en', 'ja', 'fr'], minVoteAverage: 6.25, offset: 1, limit: 3 },
    { yearTo: 2019, limit: 1, offset: 10_000 },
  ])('that rows tell: %j', async (request) => {
    const [inProcess, overHttp, typed] = await threeWays(request);
    expect(inProcess).toMatchObject({ filtered: { lookedAt: 40, withoutDetails: 0 } });
    expect(overHttp).toEqual(inProcess);
    expect(typed).toEqual(inProcess);
  });

  it('that need details, as soon as those are there', async () => {
    const request = {
      providers: [8, 9],
      excludeCountries: ['IN'],
      excludeLanguages: ['hi'],
      maxCertification: 'R',
      limit: 30,
    };
    let answers: object[] = [];
    await until(
      'all titles have details, and the three agree',
      async () => {
        answers = await threeWays(request);
        const told = answers.map((answer) => JSON.stringify(answer));
        return new Set(told).size === 1 && told[0]?.includes('"withoutDetails":0') === true;
      },
      100_000,
    );
    const { titles = [] } = (answers[0] ?? {}) as Partial<Read>;
    expect(titles.length).toBeGreaterThan(0);
    for (const { watch } of titles) {
      const services = Object.values(watch ?? {}).flat() as { id?: number }[];
      expect(services.map(({ id }) => id).some((id) => id === 8 || id === 9)).toBe(true);
      expect(watch).toMatchObject({ attribution: expect.stringContaining('JustWatch'), fetchedAt: expect.any(String) });
    }
  });
});
