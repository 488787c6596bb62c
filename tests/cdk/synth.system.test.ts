import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/scratch-folder.ts';

const app = fileURLToPath(new URL('../../cdk/app.ts', import.meta.url));

const validated = '@aws-cdk/core:validateAgainstDefaultRules';

/** The app as the CDK command starts it, without the library's rules for templates where the context does not ask for them. */
function synth(
  context: Record<string, unknown>,
  outdir = testFolder(),
  umask = '022',
): Promise<{ code: number; outdir: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: outdir,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    ...(!(validated in context) && { CDK_VALIDATION: 'false' }),
  };
  return new Promise((resolve) => {
    const command = [
      '-c',
      `umask ${umask}; exec "$@"`,
      'sh',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      app,
    ];
    execFile('/bin/sh', command, { env }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), outdir, stderr });
    });
  });
}

describe('the app', () => {
  it('synthesizes with the library’s own validation as errors', async () => {
    const { code, outdir } = await synth({ [validated]: true });
    expect(code).toBe(0);
    expect(existsSync(join(outdir, 'TmdbPipeline.template.json'))).toBe(true);
  });

  it('takes a settings file', async () => {
    const file = join(testFolder(), 'settings.json');
    writeFileSync(file, '{"deployment":{"stackName":"Staging"}}');
    const { code, outdir } = await synth({ settings: file });
    expect(code).toBe(0);
    expect(existsSync(join(outdir, 'Staging.template.json'))).toBe(true);
  });

  it('puts own feeds into the functions’ settings, checked and in the form of requests', async () => {
    const settings = fileURLToPath(new URL('../../docs/examples/own-feeds.json', import.meta.url));
    const { code, outdir } = await synth({ settings });
    expect(code).toBe(0);
    const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('settings.json'),
    );
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      const { custom } = JSON.parse(readFileSync(join(outdir, file), 'utf8')).feeds;
      expect(custom).toHaveLength(3);
      expect(custom[1].query).toMatchObject({ with_watch_providers: '8', 'first_air_date.gte': 'today-90d' });
    }
  });

  it('synthesizes with tracing and with roll-back, with no finding that is not accepted', async () => {
    const file = join(testFolder(), 'settings.json');
    writeFileSync(file, '{"deployment":{"tracing":true,"rollback":"alarms"}}');
    const { code, stderr } = await synth({ settings: file, [validated]: true });
    expect(stderr).not.toMatch(/error/i);
    expect(code).toBe(0);
  });

  it.each([
    ['{"deployment":{"alarmEmail":"nobody"}}', /^error: settings: deployment\.alarmEmail: [^\n]*\n$/],
    [
      '{"feeds":{"custom":[{"name":"kids","media":"movie","query":{"with_genre":16}}]}}',
      /^error: settings: feeds\.custom\.0\.query\.with_genre: [^\n]*a close match is with_genres \(found 16\)\n$/,
    ],
    [
      '{"capacity":{"mode":"provisioned","catalog":{"writeUnits":20}}}',
      /^error: settings: capacity: [^\n]*25 free units[^\n]*\n$/,
    ],
    ['{"capacity":{"mode":"provisioned"},"writer":{"batchSize":30}}', /^error: settings: writer\.batchSize: [^\n]*\n$/],
    [`{"deployment":{"stackName":"${'S'.repeat(55)}"}}`, /^error: settings: deployment\.stackName: [^\n]*\n$/],
    [
      '{"regions":[{"region":"UK","language":"en-GB"}]}',
      /^error: settings: regions\.0\.region: unknown region 'UK': [^\n]*; close matches are GB, UA \(found "UK"\)\n$/,
    ],
    [
      '{"regions":[{"region":"JP","language":"jp-JP"}]}',
      /^error: settings: regions\.0\.language: unknown language 'jp-JP': [^\n]*; a close match is ja-JP \(found "jp-JP"\)\n$/,
    ],
    [
      '{"deployment":{"reader":{"cors":{"origins":["https://app.example/"]}}}}',
      /^error: settings: deployment\.reader\.cors\.origins\.0: [^\n]* as https:\/\/app\.example: write it so \(found "https:\/\/app\.example\/"\)\n$/,
    ],
    ['not json', /^error: settings file '.*settings\.json': line 1, column 1: not valid JSON: .*\n$/],
  ])('refuses %s in one sentence', async (text, sentence) => {
    const file = join(testFolder(), 'settings.json');
    writeFileSync(file, text);
    const { code, stderr } = await synth({ settings: file });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('gives Lambda files that it can read, whatever the umask, and mends those of an earlier synthesis', async () => {
    const outdir = testFolder();
    await synth({}, outdir, '077');
    const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.startsWith('asset.'),
    );
    const modes = () =>
      new Map(files.map((path) => [path, (statSync(join(outdir, path)).mode & 0o777).toString(8)] as const));
    const wanted = new Map(files.map((path) => [path, /\.(mjs|json)$/.test(path) ? '644' : '755']));
    expect(files.filter((path) => path.endsWith('index.mjs'))).toHaveLength(4);
    expect(files.filter((path) => path.endsWith('settings.json'))).toHaveLength(4);
    expect(modes()).toEqual(wanted);
    for (const path of files) {
      chmodSync(join(outdir, path), wanted.get(path) === '755' ? 0o700 : 0o600);
    }
    // CDK keeps an asset that is there already.
    await synth({}, outdir, '077');
    expect(modes()).toEqual(wanted);
  });

  it('refuses a settings file that is not there', async () => {
    const { code, stderr } = await synth({ settings: '/nowhere.json' });
    expect(stderr).toBe(
      "error: settings file '/nowhere.json' cannot be read (ENOENT): check its name and its permissions\n",
    );
    expect(code).toBe(2);
  });
});
