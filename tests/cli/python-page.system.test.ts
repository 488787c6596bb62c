/** The page about Python: its lines, run word for word by this machine's Python, print what the reader answers. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { stackEndpointsSchema } from '../../src/local/stack-endpoints.ts';
import { runJson, startCli } from '../support/cli-process.ts';
import { pageText } from '../support/page-commands.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const run = promisify(execFile);
const page = pageText('docs/python.md');
const lines = /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const shown = /```text\n([\s\S]*?)```/.exec(page)?.[1]?.trim().split('\n') ?? [];
const isMissing = spawnSync('python3', ['-c', 'import boto3, brotli'], { stdio: 'ignore' }).status !== 0;

if (isMissing) {
  process.stderr.write('the lines of docs/python.md are not run: they need python3 with boto3 and brotli\n');
}

describe('the page about Python', () => {
  it('has ten lines at most', () => expect(lines.trim().split('\n').length).toBeLessThanOrEqual(10));
});

describe.skipIf(isMissing)('the lines of the page about Python', () => {
  const cwd = scratchFolder();
  let environment: Record<string, string>;

  beforeAll(async () => {
    const local = startCli(['local', '--json'], { cwd });
    const { region, endpoints } = stackEndpointsSchema.parse(
      JSON.parse(await local.line('stdout', '"ready":true', 100_000)),
    );
    await local.line('stderr', 'done: daily', 100_000);
    environment = {
      PATH: process.env.PATH ?? '',
      HOME: cwd,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
  });

  it('print the ranks and titles that the reader answers', async () => {
    const { stdout } = await run('python3', ['-c', lines], { cwd, env: environment });
    const { titles } = await runJson<{ titles: { rank: number; title: string }[] }>(
      ['read', 'list', 'popular', 'movie', '--limit', '100'],
      { cwd },
    );
    expect(titles.length).toBeGreaterThan(20);
    expect(stdout.trim().split('\n')).toEqual(titles.map(({ rank, title }) => `${rank} ${title}`));
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(shown.filter((line) => line !== '…')));
  });

  it('can unpack within the bound that the page names', async () => {
    const bounded = lines.replace(
      'brotli.decompress(page["cards"].value)',
      'brotli.Decompressor().process(page["cards"].value, output_buffer_limit=1048576)',
    );
    expect(bounded).not.toBe(lines);
    const [plain, safe] = await Promise.all(
      [lines, bounded].map((text) => run('python3', ['-c', text], { cwd, env: environment })),
    );
    expect(safe?.stdout).toBe(plain?.stdout);
  });
});
