import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { templateSchema } from '../shared/cost/template-inventory.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** What a process that failed has said. */
const saidSchema = z.object({ stderr: z.string() });

/**
 * The template that a deployment with this settings file would upload, without a network.
 * @throws PermanentError with the deployment's own sentence when it cannot be synthesized.
 */
export async function synthesizedTemplate(
  settingsFile: string | undefined,
  stackName: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<z.infer<typeof templateSchema>> {
  const outdir = mkdtempSync(join(tmpdir(), 'tmdb-pipeline-synth-'));
  try {
    const context = {
      'aws:cdk:version-reporting': false,
      ...(settingsFile !== undefined && { settings: settingsFile }),
    };
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', join(repository, 'cdk', 'app.ts')], {
      env: { ...environment, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) } as NodeJS.ProcessEnv,
    });
    return templateSchema.parse(JSON.parse(readFileSync(join(outdir, `${stackName}.template.json`), 'utf8')));
  } catch (cause) {
    const said = saidSchema
      .safeParse(cause)
      .data?.stderr.trim()
      .split('\n')
      .at(-1)
      ?.replace(/^error: /, '');
    throw new PermanentError('synthesis_failed', `the stack cannot be synthesized: ${said || messageOf(cause)}`, {
      cause,
    });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
