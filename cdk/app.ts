/** The deployment. `-c settings=FILE` lays a JSON file over the default settings, as `--settings` does for the program. */
import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleHandlers } from '../src/shared/adapters/bundle-handlers.ts';
import { messageOf, UsageError } from '../src/shared/errors.ts';
import { settingsFrom } from '../src/shared/settings-overrides.ts';
import { acknowledgeFindings } from './acknowledged-findings.ts';
import { PipelineStack } from './pipeline-stack.ts';

async function synthesize(): Promise<void> {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const settings = settingsFrom(readSettings(app.node.tryGetContext('settings')));
  const stack = new PipelineStack(app, settings, await bundleHandlers());
  acknowledgeFindings(stack);
  app.synth();
}

function readSettings(file: unknown): string | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    return readFileSync(String(file), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`settings file '${file}' cannot be read (${code})`, { cause });
  }
}

try {
  await synthesize();
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
