import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '../../src/local/embedded-stack.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { oneDocument } from '../support/cli-process.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';
import { application, installed, nodeOf, npm, npmOn, pack, run, variablesOf } from './installation.ts';

const work = scratchFolder();
const home = application(join(work, 'application'));
const majors = [20, 22, 24];
/** What `npm install` of the tarball wrote to stderr; `undefined` where the registry cannot be reached. */
let written: string | undefined;
/** The folder of each Node that could be installed. */
let nodes: ReadonlyMap<number, string> = new Map();
let stack: EmbeddedStack;

beforeAll(async () => {
  const starting = filledStack();
  const unpacking = majors.map(async (major) => {
    const node = await nodeOf(major, work);
    return node === undefined ? [] : [[major, node] as const];
  });
  written = await npm(home, 'install', await pack(work));
  nodes = new Map((await Promise.all(unpacking)).flat());
  stack = await starting;
});

afterAll(() => stack?.stop());

/** A stack of the repository's own, with the daily lists in its table. */
async function filledStack(): Promise<EmbeddedStack> {
  let applied = 0;
  const started = await startEmbeddedStack({
    settings: defaultSettings,
    clock: systemClock,
    tmdb: undefined,
    onOutput: (_service, line) => {
      applied += line.kind === 'event' && line.event.event === 'page-applied' ? 1 : 0;
    },
  });
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await started.invokePlanner({ kind: 'schedule', version: 1, schedule: 'daily', occurrence });
  await until('seven pages are applied', () => applied === 7);
  return started;
}

/** Skips a test, with a sentence, where the package or this Node could not be installed; else the folder of that Node. */
function nodeFor(context: TestContext, major = 24): string {
  if (written === undefined) {
    context.skip('the registry of npm cannot be reached');
  }
  return nodes.get(major) ?? context.skip(`no Node ${major} can be installed from the registry`);
}

const program = join(home, 'node_modules/.bin/tmdb-pipeline');

describe('the package, installed from its tarball', () => {
  it('is small, brings no emulator, and warns of nothing', (context) => {
    nodeFor(context);
    const { packages, bytes } = installed(home);
    expect(written).not.toMatch(/warn|deprecated/i);
    expect(packages.length).toBeLessThanOrEqual(30);
    expect(bytes).toBeLessThanOrEqual(20e6);
    expect(packages.filter((path) => /fauxqs|dynalite|dynoxide|esbuild|aws-cdk/.test(path))).toEqual([]);
  });

  it('holds the licences of what is bundled', (context) => {
    nodeFor(context);
    const licences = readFileSync(join(home, 'node_modules/tmdb-pipeline/dist/third-party-licences.txt'), 'utf8');
    expect(licences).toMatch(/^@aws-sdk\/client-dynamodb \d/m);
    expect(licences).toMatch(/^commander \d/m);
    expect(licences).toContain('Apache License');
    expect(licences).not.toMatch(/^Licence: undefined$/m);
  });

  it('is made of a repository whose own installation warns of nothing on Node 20', async (context) => {
    const copy = join(testFolder(), 'repository');
    for (const file of ['package.json', 'package-lock.json', 'src/local/emulators/package.json']) {
      cpSync(join(repositoryRoot, file), join(copy, file));
    }
    expect(await npmOn(nodeFor(context, 20), copy, 'ci', '--dry-run', '--ignore-scripts')).not.toMatch(/warn/);
  });

  it('refuses what needs the repository, and says so', async (context) => {
    const node = nodeFor(context);
    await expect(run(program, ['cost'], { env: variablesOf(node, work) })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the month was not modelled: .+: run `cost` in a clone of it\n$/),
    });
  });
});

describe('the program on each Node', () => {
  const cache = join(work, 'cache');
  const demos = new Map<number, { stdout: string; stderr: string }>();

  // All at once in an empty cache, each in an empty folder: each of them finds no emulators.
  beforeAll(async () => {
    const runs = [...nodes].map(async ([major, node]) => {
      const cwd = join(work, `empty-${major}`);
      mkdirSync(cwd);
      demos.set(major, await run(program, ['demo', '--json'], { cwd, env: variablesOf(node, cache) }));
    });
    await Promise.all(written === undefined ? [] : runs);
  });

  it.for(majors)('prints its help on Node %i', async (major, context) => {
    const { stdout, stderr } = await run(program, ['--help'], { env: variablesOf(nodeFor(context, major), cache) });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: tmdb-pipeline .+\n/);
  });

  it.for(majors)('runs the demo in an empty folder on Node %i', (major, context) => {
    nodeFor(context, major);
    const { stdout = '', stderr = '' } = demos.get(major) ?? {};
    const { runs } = oneDocument(stdout) as { runs: { jobs: { planned: number; succeeded: number } }[] };
    expect(runs.map(({ jobs }) => [jobs.planned, jobs.succeeded])).toEqual([
      [7, 7],
      [14, 14],
    ]);
    expect(stderr).toMatch(/^installing the emulators of SQS and DynamoDB into '.+' \(once, about 60 MB\)$/m);
    expect(stderr).not.toMatch(/error|warning|deprecated/i);
    expect(readdirSync(join(work, `empty-${major}`))).toEqual([]);
  });

  it('has left one whole set of emulators, and uses it again', async (context) => {
    const node = nodeFor(context);
    const kept = readdirSync(join(cache, 'tmdb-pipeline')).filter((name) => name.startsWith('emulators-'));
    expect(kept).toEqual([expect.stringMatching(/^emulators-[0-9a-f]{16}$/)]);
    const folder = testFolder();
    const args = ['run', 'daily', '--data-dir', join(folder, 'data')];
    // Without npm in PATH.
    const env = { ...variablesOf(node, cache), PATH: onlyNode(node, folder) };
    const { stdout, stderr } = await run(program, args, { env });
    expect(stdout).toContain('7 of 7 jobs done');
    expect(stderr).not.toContain('installing');
    // Of SQLite, which is an experiment to Node.
    expect(stderr).not.toMatch(/warning/i);
  });

  it('starts by a line that the env of every system understands', (context) => {
    nodeFor(context);
    // With `-S` Alpine Linux could not start it.
    expect(readFileSync(program, 'utf8').split('\n', 1)).toEqual(['#!/usr/bin/env node']);
  });

  it('makes what is missing in its cache again, whatever the npm is told that started it', async (context) => {
    const node = nodeFor(context);
    const copy = join(testFolder(), 'cache');
    cpSync(cache, copy, { recursive: true });
    const [modules = ''] = inCache(copy, 'emulators-').map((folder) => join(folder, 'node_modules'));
    rmSync(join(modules, 'fastify'), { recursive: true });
    inCache(copy, 'worker-').map((folder) => writeFileSync(join(folder, 'index.mjs'), ''));
    inCache(copy, 'planner-').map((folder) => rmSync(join(folder, 'settings.json')));
    const told = { npm_config_global: 'true', npm_config_workspace: 'other', npm_config_dry_run: 'true' };
    const env = { ...variablesOf(node, copy), npm_config_prefer_offline: 'true', ...told };
    const { stdout, stderr } = await run(program, ['run', 'daily'], { env });
    expect(stdout).toContain('7 of 7 jobs done');
    expect(stderr).toMatch(/^installing the emulators/m);

    rmSync(join(modules, 'fauxqs/dist'), { recursive: true });
    const again = new RegExp(`cannot be loaded \\(.+\\): run it again after rm -r '${dirname(modules)}', which`);
    await expect(run(program, ['run', 'daily'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(again),
    });
  });

  it('runs for a user without a name and a home', async (context) => {
    const node = nodeFor(context);
    if (process.getuid?.() !== 0) {
      context.skip('only root can become another user');
    }
    const folder = testFolder();
    cpSync(cache, join(folder, 'cache'), { recursive: true });
    cpSync(join(home, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
    cpSync(join(node, 'node'), join(folder, 'node'));
    const user = 54_321;
    await run('chown', ['-R', `${user}:${user}`, folder]);
    const as = { uid: user, gid: user, cwd: folder };
    const own = [join(folder, 'node_modules/tmdb-pipeline/dist/program/main.js'), 'run', 'daily'];
    const withoutHome = { PATH: '/usr/bin:/bin', TMDB_PIPELINE_CACHE: join(folder, 'cache/tmdb-pipeline') };
    const { stdout } = await run(join(folder, 'node'), own, { ...as, env: withoutHome });
    expect(stdout).toContain('7 of 7 jobs done');

    const nowhere = run(join(folder, 'node'), own, { ...as, env: { PATH: '/usr/bin:/bin' } });
    await expect(nowhere).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /\nerror: '\/.+' cannot be .+ \(E\w+\): .+; TMDB_PIPELINE_CACHE names the folder for .+\n$/,
      ),
    });
  });

  it('refuses a data folder on a Node without SQLite', async (context) => {
    // Nothing is installed for it.
    const env = variablesOf(nodeFor(context, 20), join(work, 'no-cache'));
    await expect(
      run(program, ['run', 'daily', '--data-dir', 'data'], { env, cwd: testFolder() }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: the folder 'data' was not opened: its databases need SQLite, which Node has since 22\.13, and this is Node 20\..+\n$/,
      ),
    });
  });
});

/** Folders in a cache whose names begin so. */
function inCache(cache: string, name: string): string[] {
  const found = readdirSync(join(cache, 'tmdb-pipeline')).filter((one) => one.startsWith(name));
  return found.map((one) => join(cache, 'tmdb-pipeline', one));
}

/** A PATH that has this Node, and what its script and its children need, but no npm. */
function onlyNode(node: string, folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(join(node, 'node'), join(bin, 'node'));
  for (const name of ['env', 'sleep']) {
    symlinkSync(join('/usr/bin', name), join(bin, name));
  }
  return bin;
}

/** Emulators that cannot be installed. */
describe('without emulators', () => {
  const byHand = String.raw`or install them by hand: npm install --prefix '.+/emulators-[0-9a-f]{16}' dynalite@\S+ fauxqs@\S+( @dynoxide/\S+)?\n$`;

  it('is well before the emulators are installed, which the first stack does', async (context) => {
    const env = variablesOf(nodeFor(context), join(testFolder(), 'cache'));
    const { stdout } = await run(program, ['doctor'], { env, cwd: home });
    expect(stdout).toMatch(/^ok +DynamoDB emulator +not installed yet: the first command that starts a stack/m);
  });

  it('says so where there is no npm', async (context) => {
    const node = nodeFor(context);
    const folder = testFolder();
    const env = { ...variablesOf(node, join(folder, 'cache')), PATH: onlyNode(node, folder) };
    await expect(run(program, ['demo'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`\nerror: the emulators .+ were not installed: there is no npm in PATH \\(ENOENT\\): .+, ${byHand}`),
      ),
    });
    expect(readdirSync(join(folder, 'cache/tmdb-pipeline'))).toEqual([]);
  });

  it('says so where the registry cannot be reached, as one document with --json', async (context) => {
    const folder = testFolder();
    const env = {
      ...variablesOf(nodeFor(context), join(folder, 'cache')),
      npm_config_cache: join(folder, 'npm'),
      npm_config_registry: 'http://127.0.0.1:9/',
    };
    const failed = await run(program, ['demo', '--json'], { env }).catch((error) => error);
    expect(failed.code).toBe(1);
    expect(oneDocument(failed.stdout)).toEqual({
      error: {
        code: 'emulators_not_installed',
        message: expect.stringMatching(
          /npm failed \(ECONNREFUSED: .*127\.0\.0\.1:9.*\): see that npm is there and reaches/,
        ),
      },
    });
    expect(failed.stderr).toMatch(new RegExp(byHand));
  });

  it('leaves nothing behind when it is interrupted, nor when it was killed', async (context) => {
    const folder = testFolder();
    const cache = join(folder, 'cache');
    const env = { ...variablesOf(nodeFor(context), cache), npm_config_cache: join(folder, 'npm') };
    for (const [signal, left] of [
      ['SIGKILL', 1],
      ['SIGTERM', 0],
    ] as const) {
      const child = spawn(program, ['demo'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      await until('npm works', () => {
        const [name = ''] = unfinishedIn(cache, child.pid);
        return name !== '' && readdirSync(join(cache, 'tmdb-pipeline', name)).length > 1;
      });
      const said = text(child.stderr);
      child.kill(signal);
      await once(child, 'exit');
      expect(unfinishedIn(cache, undefined)).toHaveLength(left);
      expect(await said).toMatch(
        signal === 'SIGTERM' ? /\nerror: interrupted before the emulators .+: run it again\n$/ : /^installing .+\n$/,
      );
    }
  });

  it.for([
    {
      npm: "echo 'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write' >&2",
      said: String.raw`'.+/cache/tmdb-pipeline' cannot be written: the disk is full \(ENOSPC\): make room .+`,
    },
    { npm: ':', said: String.raw`.+ npm failed \(it ended without an error, and has not installed all packages\): .+` },
  ])('takes nothing that npm has not written whole: $npm', async ({ npm: script, said }, context) => {
    const node = nodeFor(context);
    const folder = testFolder();
    const env = { ...variablesOf(node, join(folder, 'cache')), PATH: onlyNode(node, folder) };
    writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    await expect(run(program, ['demo'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^installing .+\nerror: ${said}\n$`)),
    });
    expect(inCache(join(folder, 'cache'), '')).toEqual([]);
  });

  it('names a cache folder that cannot be made', async (context) => {
    const env = { ...variablesOf(nodeFor(context), work), TMDB_PIPELINE_CACHE: '/dev/null/cache' };
    await expect(run(program, ['demo'], { env })).rejects.toMatchObject({
      stderr: expect.stringMatching(/^installing .+\nerror: '\/dev\/null' is no folder: .+\n$/),
    });
  });
});

/** Installations that are not whole, of one process or of all. */
function unfinishedIn(cache: string, processId: number | undefined): string[] {
  try {
    return readdirSync(join(cache, 'tmdb-pipeline')).filter((name) => name.includes(`.${processId ?? ''}`));
  } catch {
    // Not made yet.
    return [];
  }
}

/** The examples in docs/reader.md: lists and recommendations, a whole title, filters, and others. */
function examples(): string[] {
  const page = readFileSync(join(repositoryRoot, 'docs/reader.md'), 'utf8');
  return [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);
}

function example(): string {
  return examples()[0] ?? '';
}

/** The variables that the example reads, and where the AWS SDK looks. */
function variables(): Record<string, string> {
  const { endpoints, controlTable, fetchQueueUrl, itemQueueUrl } = stack.endpoints;
  return {
    PATH: process.env.PATH ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    CONTROL_TABLE: controlTable,
    FETCH_QUEUE_URL: fetchQueueUrl,
    ITEM_QUEUE_URL: itemQueueUrl,
  };
}

describe('the reader as a package in an application', () => {
  it.for(majors)('runs the example of the documentation on Node %i', async (major, context) => {
    const node = nodeFor(context, major);
    writeFileSync(join(home, 'example.mjs'), example());
    const { stdout, stderr } = await run(join(node, 'node'), ['example.mjs'], { cwd: home, env: variables() });
    const lines = stdout.trim().split('\n');
    expect(stderr).toBe('');
    expect(lines[0]).toMatch(/^popular, from table, freshness (1|0\.\d+)$/);
    expect(lines.slice(1, 4).map((line) => line.split(' ')[0])).toEqual(['1', '2', '3']);
    expect(lines.slice(4)).toHaveLength(3);
    expect(lines.slice(4).every((line) => /^.+: .+$/.test(line))).toBe(true);
  });

  it('runs the example of the README', async (context) => {
    nodeFor(context);
    const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
    writeFileSync(join(home, 'read.mjs'), /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
    const { stdout, stderr } = await run(process.execPath, ['read.mjs'], { cwd: home, env: variables() });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^from table: 1 .+, 2 .+, 3 .+\n$/);
  });

  it('has whole titles, as the documentation shows them', async (context) => {
    nodeFor(context);
    const whole = examples()[1] ?? '';
    expect(whole).toContain('imageUrl(images');
    const shown = "console.log(details.region, imageUrl(images, 'poster', title.posterPath, 300));";
    const first = "(await reader.list({ category: 'popular', media: 'movie' })).titles[0].id";
    const code = whole.replace(' 1153712,', ` ${first},`).replace('await reader.close();', (close) => shown + close);
    writeFileSync(join(home, 'whole.mjs'), code);
    const { stdout, stderr } = await run(process.execPath, ['whole.mjs'], { cwd: home, env: variables() });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^US https:\/\/image\.tmdb\.org\/t\/p\/w342\/\w+\.jpg\n$/);
  });

  it('filters, as the documentation shows it', async (context) => {
    nodeFor(context);
    const [before = ''] = example().split('const popular');
    const filters = examples().find((code) => code.includes('excludeGenres')) ?? '';
    expect(filters).toMatch(/^const films = /);
    const shown = 'console.log(films.titles.length, films.filtered.lookedAt, films.filtered.withoutDetails);';
    writeFileSync(join(home, 'filters.mjs'), [before, filters, shown, 'await reader.close();'].join('\n'));
    const { stdout, stderr } = await run(process.execPath, ['filters.mjs'], { cwd: home, env: variables() });
    expect(stderr).toBe('');
    expect(stdout).toBe('3 40 0\n');
  });

  it("reads by the application's own client, of its own installation of the SDK", async (context) => {
    nodeFor(context);
    const own = application(join(work, 'own-client'));
    // As the package is, so that both find what they import from where they are.
    mkdirSync(join(own, 'node_modules'));
    symlinkSync(join(home, 'node_modules/tmdb-pipeline'), join(own, 'node_modules/tmdb-pipeline'));
    symlinkSync(join(repositoryRoot, 'node_modules/@aws-sdk'), join(own, 'node_modules/@aws-sdk'));
    writeFileSync(
      join(own, 'own.mjs'),
      `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openReader } from 'tmdb-pipeline/reader';
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const reader = openReader({ catalogTable: 'MovieRecCache', client });
const { from, titles } = await reader.list({ category: 'popular', media: 'movie' }, { limit: 3 });
await reader.close();
console.log(from, titles.length);`,
    );
    expect(await complaints(own, 'own.mjs', '--allowJs', '--checkJs', '--module', 'nodenext')).toBe('');
    const { stdout, stderr } = await run(process.execPath, ['own.mjs'], { cwd: own, env: variables() });
    expect({ stdout, stderr }).toEqual({ stdout: 'table 3\n', stderr: '' });
  });

  it.for([
    { module: 'nodenext', resolution: 'nodenext' },
    { module: 'esnext', resolution: 'bundler' },
  ])(
    'has types that a strict application compiles against, with $resolution',
    async ({ module, resolution }, context) => {
      nodeFor(context);
      writeFileSync(
        join(home, 'application.ts'),
        `import { imageUrl } from 'tmdb-pipeline/reader';
import type { Recommended, TitleDetails } from 'tmdb-pipeline/reader/api';
import { settingsFrom } from 'tmdb-pipeline/settings';\n${example()}
const first: Recommended | undefined = picks[0];
const { details, images } = await reader.title('movie', 550, { region: 'DE', details: true });
const rent: TitleDetails['watch'] = details?.watch ?? null;
const logo: string | null = imageUrl(images, 'logo', rent?.rent[0]?.logoPath ?? null, 45);
// @ts-expect-error there is no such kind
imageUrl(images, 'banner', logo, 45);
// @ts-expect-error a limit is a number
await reader.list({ category: 'popular', media: 'movie' }, { limit: '3' });
await reader.list({ category: 'popular', media: 'movie' }, { excludeCountries: ['IN'], maxCertification: 'PG-13', offset: 20 });
// @ts-expect-error ids of services are numbers
await reader.recommend({ providers: ['8'], variety: 0.3 });
const dynamodb = { endpoint: 'http://127.0.0.1:8000', region: 'us-east-1' };
openReader({ catalogTable: 'MovieRecCache', dynamodb, settings: settingsFrom('{}') });
// @ts-expect-error a client has more than one method
openReader({ catalogTable: 'MovieRecCache', client: { send: async () => undefined } });
export default first?.title;
`,
      );
      expect(await complaints(home, 'application.ts', '--module', module, '--moduleResolution', resolution)).toBe('');
    },
  );
});

/** What the compiler says of a file of an application, with everything checked that it imports. */
async function complaints(folder: string, file: string, ...options: string[]): Promise<string> {
  const strict = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2024', '--skipLibCheck', 'false'];
  const types = ['--types', 'node', '--typeRoots', join(repositoryRoot, 'node_modules/@types')];
  const args = [...strict, ...types, ...options, file];
  const checked = run(join(repositoryRoot, 'node_modules/.bin/tsc'), args, { cwd: folder });
  return (await checked.catch((error) => error)).stdout;
}
