import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import * as z from 'zod';
import { learnDemand } from '../../demand/learned-demand.ts';
import { handlerEntries } from '../../local/bundle/bundle-options.ts';
import { costDocument, type ReadsCounted } from '../../operator/cost/cost-document.ts';
import { defaultLambdaQuota } from '../../operator/cost/load-limits.ts';
import { messageOf, PermanentError, UsageError } from '../../shared/core/errors.ts';
import { canonicalRegion, usualTranslation } from '../../shared/core/places/known-places.ts';
import { templateSchema } from '../../shared/cost/template-inventory.ts';
import { usuallyKept } from '../../shared/cost/title-cost.ts';
import { settingsFrom } from '../../shared/settings/settings-overrides.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { metricLedger } from '../../shared/telemetry/metric-ledger.ts';
import type { CliContext, CommonOptions } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { formatCost } from '../format-cost.ts';
import { parseCount, parseListOf, parseRate } from '../parse-input.ts';
import { hasStackPlace, type PlaceOptions, withTables } from '../stack-place.ts';

/** What-ifs over the settings. */
type WhatIf = { regions?: string; readsPerDay?: string; readsPerSecond?: string; rate?: string };
type CostOptions = CommonOptions & PlaceOptions & WhatIf & { cdn?: boolean; titles?: string; lambdaQuota?: string };

const run = promisify(execFile);
/** The part of a failed process that holds its own sentence. */
const saidSchema = z.object({ stderr: z.string() });
const secondsPerDay = 86_400;

/** `cost`. */
export function addCostCommand(program: Command): void {
  withPlace(program.command('cost'))
    .description('the modelled month of the deployment and its plan, line by line')
    .addHelpText(
      'after',
      examples('cost', 'cost --regions DE,JP --reads-per-day 5000', 'cost --reads-per-second 100 --cdn'),
    )
    .option('--regions <countries>', 'as if these were configured, such as US,GB or DE:de-DE')
    .option('--reads-per-day <count>', 'as if so much were read, and counted')
    .option('--reads-per-second <count>', 'the same by the second, such as 100 or 10000')
    .option('--cdn', 'as if CloudFront were in front of the reader')
    .option(
      '--titles <count>',
      'as if the details of so many titles were kept (default 1000, where the settings keep any)',
    )
    .option('--rate <calls>', 'as if so many calls a second were allowed')
    .option('--lambda-quota <executions>', "the account's concurrent executions (default 1000; new accounts have 10)")
    .action(acting(costCommand));
}

/** `cost`: the modelled month of the template that a deployment would upload, and of the plan that would run. */
async function costCommand(options: CostOptions, context: CliContext): Promise<void> {
  const { output, environment } = context;
  const settings = whatIf(context.settings, options);
  const { lambdaQuota, cdn = settings.deployment.reader.cdn } = options;
  const quota =
    lambdaQuota === undefined ? defaultLambdaQuota : parseCount(lambdaQuota, '--lambda-quota', 1, 1_000_000);
  const titles = options.titles === undefined ? usuallyKept : parseCount(options.titles, '--titles', 0, 1_000_000);
  const readsCounted = await readsCountedFor(options, { ...context, settings });
  const template = await synthesizedTemplate(options.settings, settings.deployment.stackName, environment);
  const document = costDocument(template, settings, { readsCounted, cdn, titles, lambdaQuota: quota, emittedMetrics });
  output.result(document, formatCost(document));
}

/** Custom metrics of the functions that are deployed. */
export const emittedMetrics = Object.values(metricLedger).filter(({ service }) => service in handlerEntries).length;

/** Whether reads are counted: by the options, else by the tables of the stack that the options name or that runs. */
async function readsCountedFor(options: CostOptions, context: CliContext): Promise<ReadsCounted> {
  const { readsPerDay, readsPerSecond } = options;
  if (readsPerDay !== undefined || readsPerSecond !== undefined) {
    return context.settings.deployment.reader.readsPerDay > 0 ? 'assumed' : 'not-counted';
  }
  if (!hasStackPlace(options, context)) {
    return 'unknown';
  }
  const { clock, settings } = context;
  const learnt = ({ history }: Parameters<Parameters<typeof withTables>[2]>[0]) =>
    learnDemand(history, clock.nowMs(), settings);
  const { demand } = await withTables(options, context, learnt, 'look');
  return demand === undefined ? 'not-counted' : 'counted';
}

/**
 * The settings as they would be with these regions, reads and rate. A region without a language has the one that most people there
 * read of those that TMDB has (CLDR's likely subtags).
 * @throws UsageError for what the settings would refuse, and for reads that are given twice.
 */
export function whatIf(settings: Settings, options: WhatIf): Settings {
  const { regions, rate } = options;
  const readsPerDay = readsOf(options);
  if (regions === undefined && readsPerDay === undefined && rate === undefined) {
    return settings;
  }
  const { tmdb, deployment } = settings;
  const changed = {
    ...settings,
    ...(regions !== undefined && {
      regions: parseListOf(regions).map((text) => toRegion(text, settings.defaultLanguage)),
    }),
    ...(rate !== undefined && { tmdb: { ...tmdb, requestsPerSecond: parseRate(rate, '--rate', 0.1, 40) } }),
    ...(readsPerDay !== undefined && {
      deployment: { ...deployment, reader: { ...deployment.reader, readsPerDay } },
    }),
  };
  // Validated by the same rules as a settings file.
  return settingsFrom(JSON.stringify(changed));
}

/** Reads a day. */
function readsOf({ readsPerDay, readsPerSecond }: WhatIf): number | undefined {
  if (readsPerDay !== undefined && readsPerSecond !== undefined) {
    throw new UsageError('--reads-per-day and --reads-per-second are the same figure twice: allowed is one of them');
  }
  if (readsPerSecond !== undefined) {
    return Math.round(parseRate(readsPerSecond, '--reads-per-second', 0, 1_000_000) * secondsPerDay);
  }
  return readsPerDay === undefined ? undefined : parseCount(readsPerDay, '--reads-per-day', 0, 1e12);
}

function toRegion(text: string, defaultLanguage: string): { region: string; language: string } {
  const [named = '', language] = text.split(':');
  const region = canonicalRegion(named);
  return { region, language: language ?? usualTranslation(region, defaultLanguage) };
}

/** The nearest folder above this file that has a package.json: the repository, or the installed package. */
function packageRoot(): string {
  const isRoot = (folder: string) => existsSync(join(folder, 'package.json')) || folder === dirname(folder);
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isRoot(folder)) {
    folder = dirname(folder);
  }
  return folder;
}

/**
 * The template that a deployment with this settings file would upload, without a network.
 * @throws PermanentError with the deployment's own sentence when it cannot be synthesized.
 */
async function synthesizedTemplate(
  settingsFile: string | undefined,
  stackName: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<z.infer<typeof templateSchema>> {
  const application = join(packageRoot(), 'cdk', 'app.ts');
  if (!existsSync(application)) {
    throw new PermanentError(
      'no_stack_code',
      'the month was not modelled: the lines are those of the stack, whose CDK code is in the repository only: run `cost` in a clone of it',
    );
  }
  const outdir = mkdtempSync(join(tmpdir(), 'tmdb-pipeline-synth-'));
  try {
    const context = {
      'aws:cdk:version-reporting': false,
      ...(settingsFile !== undefined && { settings: settingsFile }),
    };
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', application], {
      // Only the template is looked at: the library's rules for it, which take half of the time, are for a deployment.
      env: {
        ...environment,
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify(context),
        CDK_VALIDATION: 'false',
      } as NodeJS.ProcessEnv,
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
