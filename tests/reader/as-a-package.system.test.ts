import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '../../src/local/embedded-stack.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
/** Below `node_modules`, so that what the package depends on is found as it would be in an application's own folder. */
const cache = join(repositoryRoot, 'node_modules/.cache/tmdb-pipeline-tests');
mkdirSync(cache, { recursive: true });
const application = mkdtempSync(join(cache, 'application-'));
let stack: EmbeddedStack;

beforeAll(async () => {
  let applied = 0;
  const starting = startEmbeddedStack({
    settings: defaultSettings,
    clock: systemClock,
    tmdb: undefined,
    onOutput: (_service, line) => {
      applied += line.kind === 'event' && line.event.event === 'page-applied' ? 1 : 0;
    },
  });
  // As `npm install` of a git dependency would: pack (which builds) and unpack.
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', application], { cwd: repositoryRoot });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const installed = join(application, 'node_modules/tmdb-pipeline');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(application, filename), '-C', installed, '--strip-components=1']);
  stack = await starting;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await stack.invokePlanner({ kind: 'schedule', version: 1, schedule: 'daily', occurrence });
  await until('seven pages are applied', () => applied === 7);
});

afterAll(async () => {
  rmSync(application, { recursive: true, force: true });
  await stack?.stop();
});

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
  it('runs the example of the documentation', async () => {
    writeFileSync(join(application, 'example.mjs'), example());
    const { stdout, stderr } = await run(process.execPath, ['example.mjs'], { cwd: application, env: variables() });
    const lines = stdout.trim().split('\n');
    expect(stderr).toBe('');
    expect(lines[0]).toMatch(/^popular, from table, freshness (1|0\.\d+)$/);
    expect(lines.slice(1, 4).map((line) => line.split(' ')[0])).toEqual(['1', '2', '3']);
    expect(lines.slice(4)).toHaveLength(3);
    expect(lines.slice(4).every((line) => /^.+: .+$/.test(line))).toBe(true);
  });

  it('has whole titles, as the documentation shows them', async () => {
    const [before = ''] = example().split('const popular');
    const whole = (examples()[1] ?? '').replace(/^import .*\n/, '').replace(' 550,', ' popular.titles[0].id,');
    expect(whole).toContain('imageUrl(images');
    const code = [
      before.replace('{ openReader }', '{ imageUrl, openReader }'),
      "const popular = await reader.list({ category: 'popular', media: 'movie' }, { limit: 1 });",
      // The details may not be there yet.
      whole.replaceAll('details.watch.', 'details.watch?.'),
      "console.log(details.region, imageUrl(images, 'poster', title.posterPath, 300));",
      'await reader.close();',
    ].join('\n');
    writeFileSync(join(application, 'whole.mjs'), code);
    const { stdout, stderr } = await run(process.execPath, ['whole.mjs'], { cwd: application, env: variables() });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^DE https:\/\/image\.tmdb\.org\/t\/p\/w342\/\w+\.jpg\n$/);
  });

  it('filters, as the documentation shows it', async () => {
    const [before = ''] = example().split('const popular');
    const filters = examples().find((code) => code.includes('excludeGenres')) ?? '';
    expect(filters).toMatch(/^const films = /);
    const shown = 'console.log(films.titles.length, films.filtered.lookedAt, films.filtered.withoutDetails);';
    writeFileSync(join(application, 'filters.mjs'), [before, filters, shown, 'await reader.close();'].join('\n'));
    const { stdout, stderr } = await run(process.execPath, ['filters.mjs'], { cwd: application, env: variables() });
    expect(stderr).toBe('');
    expect(stdout).toBe('3 40 0\n');
  });

  it('has types that a strict application compiles against', async () => {
    writeFileSync(join(application, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(application, 'application.ts'),
      `import { imageUrl } from 'tmdb-pipeline/reader';
import type { Recommended, TitleDetails } from 'tmdb-pipeline/reader/api';\n${example()}
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
export default first?.title;
`,
    );
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--target',
      'es2024',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--skipLibCheck',
      'false',
    ];
    const checked = run(join(repositoryRoot, 'node_modules/.bin/tsc'), [...options, 'application.ts'], {
      cwd: application,
    });
    await expect(checked.catch((error) => error.stdout)).resolves.toMatchObject({ stdout: '' });
  });
});
