import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import * as z from 'zod';
import { handlerEntries } from '../../local/bundle/bundle-options.ts';
import { monthPlan } from '../../operator/cost/month-plan.ts';
import { messageOf, PermanentError } from '../../shared/core/errors.ts';
import { canonicalRegion, usualTranslation } from '../../shared/core/places/known-places.ts';
import {
  documentedPollers,
  type MonthCost,
  measuredPollers,
  monthCost,
  takesOf,
} from '../../shared/cost/month-cost.ts';
import { priceTable } from '../../shared/cost/price-table.ts';
import { inventoryOf, templateSchema } from '../../shared/cost/template-inventory.ts';
import { settingsFrom } from '../../shared/settings/settings-overrides.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { metricLedger } from '../../shared/telemetry/metric-ledger.ts';
import type { CliContext, CommonOptions } from '../cli-context.ts';
import { acting, withCommon } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import { parseCount, parseListOf, parseRate } from '../parse-input.ts';

/** What-ifs over the settings. */
type CostOptions = CommonOptions & { regions?: string; readsPerDay?: string; rate?: string };

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
/** The part of a failed process that holds its own sentence. */
const saidSchema = z.object({ stderr: z.string() });

/** `cost`. */
export function addCostCommand(program: Command): void {
  withCommon(program.command('cost'))
    .description('the modelled month of the deployment and its plan, line by line')
    .option('--regions <countries>', 'as if these were configured, such as US,GB or DE:de-DE')
    .option('--reads-per-day <count>', 'as if so much were read')
    .option('--rate <calls>', 'as if so many calls a second were allowed')
    .action(acting(costCommand));
}

/** `cost`: the modelled month of the template that a deployment would upload, and of the plan. */
async function costCommand(options: CostOptions, context: CliContext): Promise<void> {
  const { output, environment } = context;
  const settings = whatIf(context.settings, options);
  const template = await synthesizedTemplate(options.settings, settings.deployment.stackName, environment);
  const document = costOf(template, settings);
  output.result(document, formatCost(document));
}

/** The modelled month of a template and of the settings it was made from, as `cost --json` prints it. */
export function costOf(template: Parameters<typeof inventoryOf>[0], settings: Settings) {
  const inventory = inventoryOf(template);
  const { jobsByRegion, ...plan } = monthPlan(settings);
  // The metrics of functions that are not deployed are not emitted.
  const metrics = Object.values(metricLedger).filter(({ service }) => service in handlerEntries).length;
  const month = monthCost(inventory, plan, settings, metrics, documentedPollers);
  const measured = monthCost(inventory, plan, settings, metrics, measuredPollers);
  return {
    asOf: priceTable.asOf,
    region: priceTable.region,
    days: 30,
    capacity: settings.capacity.mode,
    regions: settings.regions.map(({ region, language }) => `${region}:${language}`),
    readsPerDay: settings.deployment.reader.readsPerDay,
    requestsPerSecond: settings.tmdb.requestsPerSecond,
    plan,
    jobsByRegion: Object.entries(jobsByRegion).map(([region, jobs]) => ({ region, ...takesOf(jobs) })),
    lines: month.lines.map((line) => ({
      ...line,
      unitPriceUsd: priceTable[line.price],
      usd: rounded(line.usd),
      usdWithFreeTier: rounded(line.usdWithFreeTier),
    })),
    totals: totalsOf(month),
    withMeasuredPollers: { pollers: measuredPollers, ...totalsOf(measured) },
    budgetUsd: settings.deployment.monthlyBudgetUsd,
    unpriced: inventory.unpriced,
  };
}

function totalsOf({ usd, usdWithFreeTier }: MonthCost): { usdWithFreeTier: number; usdWithoutFreeTier: number } {
  return { usdWithFreeTier: rounded(usdWithFreeTier), usdWithoutFreeTier: rounded(usd) };
}

function rounded(usd: number): number {
  return Number(usd.toFixed(6));
}

function formatCost(cost: ReturnType<typeof costOf>): string {
  const dollars = (usd: number) => usd.toFixed(4);
  const rows = cost.lines.map(({ item, quantity, usd, usdWithFreeTier }) => [
    item,
    String(Number(quantity.toFixed(3))),
    dollars(usdWithFreeTier),
    dollars(usd),
  ]);
  const { totals, withMeasuredPollers } = cost;
  return [
    title(
      `a month of ${cost.plan.jobs} jobs and ${cost.readsPerDay * 30} reads, ${cost.regions.length === 0 ? 'no regions' : `regions ${cost.regions.join(', ')}`}, capacity ${cost.capacity}, prices of ${cost.asOf}, ${cost.region}`,
    ),
    table(
      ['item', 'quantity', 'USD', 'without free tier'],
      [...rows, ['total', '', dollars(totals.usdWithFreeTier), dollars(totals.usdWithoutFreeTier)]],
    ),
    `with ${withMeasuredPollers.pollers} pollers, as measured: ${dollars(withMeasuredPollers.usdWithFreeTier)} USD; budget ${cost.budgetUsd} USD`,
    table(
      ['of these for', 'calls a month', 'write units'],
      cost.jobsByRegion.map(({ region, calls, writeUnits }) => [region, String(calls), String(writeUnits)]),
    ),
    ...cost.unpriced.map((type) => `not priced: ${type}`),
  ].join('\n');
}

/**
 * The settings as they would be with these regions, reads and rate. A region without a language has the one that most people there
 * read of those that TMDB has (CLDR's likely subtags).
 * @throws UsageError for what the settings would refuse.
 */
export function whatIf(
  settings: Settings,
  { regions, readsPerDay, rate }: { regions?: string; readsPerDay?: string; rate?: string },
): Settings {
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
      deployment: {
        ...deployment,
        reader: { ...deployment.reader, readsPerDay: parseCount(readsPerDay, '--reads-per-day', 0, 1_000_000_000) },
      },
    }),
  };
  // Validated by the same rules as a settings file.
  return settingsFrom(JSON.stringify(changed));
}

function toRegion(text: string, defaultLanguage: string): { region: string; language: string } {
  const [named = '', language] = text.split(':');
  const region = canonicalRegion(named);
  return { region, language: language ?? usualTranslation(region, defaultLanguage) };
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
