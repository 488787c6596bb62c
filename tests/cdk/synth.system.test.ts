import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/scratch-folder.ts';

const app = fileURLToPath(new URL('../../cdk/app.ts', import.meta.url));

/** The app as the CDK command starts it. */
function synth(context: Record<string, unknown>): Promise<{ code: number; outdir: string; stderr: string }> {
  const outdir = testFolder();
  const env = { PATH: process.env.PATH, HOME: outdir, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', app], { env }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), outdir, stderr });
    });
  });
}

describe('the app', () => {
  it('synthesizes with the library’s own validation as errors', async () => {
    const { code, outdir } = await synth({ '@aws-cdk/core:validateAgainstDefaultRules': true });
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

  it.each([
    ['{"deployment":{"alarmEmail":"nobody"}}', /^error: settings: deployment\.alarmEmail: [^\n]*\n$/],
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
    ['not json', /^error: settings file '.*settings\.json': line 1, column 1: not valid JSON: .*\n$/],
  ])('refuses %s in one sentence', async (text, sentence) => {
    const file = join(testFolder(), 'settings.json');
    writeFileSync(file, text);
    const { code, stderr } = await synth({ settings: file });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('refuses in one sentence what only the stack finds out', async () => {
    const countries = 'DE JP IN GB FR IT ES PT BR MX KR SE NO DK FI PL NL BE AT CH CZ GR HU IE RO TR'.split(' ');
    const regions = countries.flatMap((region) =>
      ['en-US', 'de-DE', 'fr-FR', 'es-ES'].map((language) => ({ region, language })),
    );
    const file = join(testFolder(), 'settings.json');
    writeFileSync(file, JSON.stringify({ regions }));
    const { code, stderr } = await synth({ settings: file });
    expect(stderr).toMatch(/^error: settings: the differences from the defaults take \d+ bytes[^\n]*\n$/);
    expect(code).toBe(2);
  });

  it('refuses a settings file that is not there', async () => {
    const { code, stderr } = await synth({ settings: '/nowhere.json' });
    expect(stderr).toBe(
      "error: settings file '/nowhere.json' cannot be read (ENOENT): check its name and its permissions\n",
    );
    expect(code).toBe(2);
  });
});
