import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { acknowledgedFindings, acknowledgeFindings } from '../../cdk/acknowledged-findings.ts';
import { PipelineStack } from '../../cdk/pipeline-stack.ts';
import { bundleHandlers } from '../../src/local/bundle/bundle-handlers.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Settings with every part that a deployment can have. */
const everything = JSON.stringify({
  deployment: { alarmEmail: 'ops@example.com', reader: { url: 'public', cdn: true, reservedConcurrency: 10 } },
});

const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({ ruleName: z.string(), violatingConstructs: z.array(z.object({ constructPath: z.string() })) }),
      ),
    }),
  ),
});

type Finding = { id: string; path: string };

/** What cdk-nag finds, warnings included. */
async function findings(outdir: string, { acknowledged }: { acknowledged: boolean }): Promise<Finding[]> {
  const app = new App({ outdir });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const settings = settingsFrom(everything);
  const stack = new PipelineStack(app, settings, await bundleHandlers(settings));
  if (acknowledged) {
    acknowledgeFindings(stack, settings.deployment);
  }
  const output = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    app.synth();
  } catch {
    // The report says what is wrong.
  } finally {
    output.mockRestore();
    // CDK sets it for findings, and this process is not its command.
    process.exitCode = 0;
  }
  const report = reportSchema.parse(JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')));
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName: id, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath: path }) => ({ id, path })),
    ),
  );
}

const isAbout = ({ at, id }: { at: string; id: string }, finding: Finding) =>
  id === finding.id && finding.path.startsWith(`TmdbPipeline/${at}/`);

describe('the rules AwsSolutions and Serverless', () => {
  const [bare, mended] = [scratchFolder(), scratchFolder()];
  let found: Finding[];
  beforeAll(async () => {
    found = await findings(bare, { acknowledged: false });
  });

  it('find something that each acknowledgement is about', () => {
    expect(found.length).toBeGreaterThan(10);
    for (const one of acknowledgedFindings) {
      expect(
        found.some((finding) => isAbout(one, finding)),
        `${one.id} at ${one.at}`,
      ).toBe(true);
    }
  });

  it('find nothing that is not acknowledged, errors and warnings alike', async () => {
    const open = found.filter((finding) => !acknowledgedFindings.some((one) => isAbout(one, finding)));
    expect(open).toEqual([]);
    expect(await findings(mended, { acknowledged: true })).toEqual([]);
  });
});
