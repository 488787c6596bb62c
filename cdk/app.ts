/** The CDK app. `-c settings=FILE` overrides the default settings by a JSON file, like the option `--settings` of the command line. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundleHandlers } from '../src/local/bundle/bundle-handlers.ts';
import { cleanLine } from '../src/shared/core/clean-text.ts';
import { messageOf, UsageError } from '../src/shared/core/errors.ts';
import { settingsFromFile } from '../src/shared/settings/settings-file.ts';
import { acknowledgeFindings } from './acknowledged-findings.ts';
import { PipelineStack } from './pipeline-stack.ts';
import { makeAssetsReadable } from './readable-assets.ts';

async function synthesize(): Promise<void> {
  // Synthesis is explicit, below: with autoSynth CDK would also write an incomplete stack after an error.
  const app = new App({ autoSynth: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const settings = settingsFromFile(app.node.tryGetContext('settings'));
  const stack = new PipelineStack(app, settings, await bundleHandlers(settings));
  acknowledgeFindings(stack, settings.deployment);
  makeAssetsReadable(app.synth().directory);
}

try {
  await synthesize();
} catch (error) {
  process.stderr.write(`error: ${cleanLine(messageOf(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
