import { handlerEntries } from '../../local/bundle/bundle-options.ts';
import { monthPlan } from '../../operator/cost/month-plan.ts';
import {
  documentedPollers,
  type MonthCost,
  measuredPollers,
  monthCost,
  takesOf,
} from '../../shared/cost/month-cost.ts';
import { priceTable } from '../../shared/cost/price-table.ts';
import { inventoryOf } from '../../shared/cost/template-inventory.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { metricLedger } from '../../shared/telemetry/metric-ledger.ts';
import type { CliContext, CommonOptions } from '../cli-context.ts';
import { table, title } from '../format-text.ts';
import { synthesizedTemplate } from '../synthesize.ts';
import { whatIf } from './what-if.ts';

/** Options of `cost`: what-ifs over the settings. */
export type CostOptions = CommonOptions & { regions?: string; readsPerDay?: string; rate?: string };

/** `cost`: the modelled month of the template that a deployment would upload, and of the plan. */
export async function costCommand(options: CostOptions, context: CliContext): Promise<void> {
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
