/** The document of `cost`: the modelled month, why this plan is priced, what would change it, and where the load ends. */
import {
  idlePolls,
  type MonthCost,
  type MonthUse,
  monthCost,
  pollersOf,
  takesOf,
} from '../../shared/cost/month-cost.ts';
import { priceTable } from '../../shared/cost/price-table.ts';
import { readLoad } from '../../shared/cost/read-load.ts';
import { inventoryOf, type TemplateInventory } from '../../shared/cost/template-inventory.ts';
import { titleLoad, writeUnitsOfTitle } from '../../shared/cost/title-cost.ts';
import { writersAtMost } from '../../shared/settings/event-source-pollers.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type AskedLoad, firstBottleneck, loadLimits, loadWarnings, needText, readLimits } from './load-limits.ts';
import { monthPlan, type PlanKind, type PlannedMonth } from './month-plan.ts';

/** Whether reads are counted, which decides the plan: in the tables of a stack, assumed by an option, or no stack was looked at. */
export type ReadsCounted = 'counted' | 'not-counted' | 'assumed' | 'unknown';

/** What is asked of the model beside the settings. */
export type CostQuestion = {
  readsCounted: ReadsCounted;
  /** Whether CloudFront is in front of the reader. */
  cdn: boolean;
  /** Titles whose details are kept. */
  titles: number;
  /** The account's quota of concurrent executions. */
  lambdaQuota: number;
  /** Custom metrics that the deployed functions emit. */
  emittedMetrics: number;
};

type CapacityMode = Settings['capacity']['mode'];

/** Rates of reads a second for which the month is priced beside the asked one. */
const scales = [1, 10, 100, 1_000, 10_000];

/** The modelled month of a template and of the settings it was made from, as `cost --json` prints it. */
export function costDocument(template: Parameters<typeof inventoryOf>[0], settings: Settings, question: CostQuestion) {
  const inventory = inventoryOf(template);
  const { enabled: adaptive } = settings.planner.adaptive;
  const { kind, why } = pricedPlan(settings, question.readsCounted);
  const plans = { base: monthPlan(settings, 'base'), demand: monthPlan(settings, 'demand') };
  const plan = plans[kind];
  const readsPerSecond = settings.deployment.reader.readsPerDay / 86_400;
  const reads = readLoad(readsPerSecond, { settings, lists: plan.lists, cdn: question.cdn });
  const titles = titleLoad(settings, question.titles, plan.lists);
  const use: MonthUse = { ...question, inventory, plan, settings, reads, titles, pollers: 'least' };
  const month = monthCost(use);
  const limits = loadLimits({ ...question, settings, plan, reads, titles });
  return {
    asOf: priceTable.asOf,
    region: priceTable.region,
    days: 30,
    capacity: settings.capacity.mode,
    regions: settings.regions.map(({ region, language }) => `${region}:${language}`),
    readsPerDay: settings.deployment.reader.readsPerDay,
    requestsPerSecond: settings.tmdb.requestsPerSecond,
    plan: { kind, why, jobs: plan.jobs, occurrences: plan.occurrences, lists: plan.lists, largestRun: plan.largestRun },
    otherPlan: otherPlan(use, kind, plans),
    titles: titlesOf(use, month),
    jobsByRegion: Object.entries(plan.jobsByRegion).map(([region, jobs]) => ({ region, ...takesOf(jobs) })),
    lines: linesOf(month),
    totals: totalsOf(month),
    pollers: inventory.eventSources.map((source) => {
      const [least, most] = [pollersOf(source, 'least'), pollersOf(source, 'most')];
      return { ...source, least, most, leastPolls: idlePolls(least), mostPolls: idlePolls(most) };
    }),
    withMostPollers: totalsOf(monthCost({ ...use, pollers: 'most' })),
    capacities: (['on-demand', 'provisioned'] as const).map((mode) => ({
      mode,
      ...totalsOf(monthCost(withCapacity(use, mode))),
      usdWhereFreeUnitsAreUsed: rounded(withoutFreeUnits(monthCost(withCapacity(use, mode)))),
    })),
    reads,
    scales: scales.map((rate) => atScale({ ...use, plan: plans[adaptive ? 'demand' : 'base'] }, rate, question)),
    limits,
    warnings: [...overBudget(month, settings.deployment.monthlyBudgetUsd), ...loadWarnings(limits)],
    budgetUsd: settings.deployment.monthlyBudgetUsd,
    unpriced: inventory.unpriced,
  };
}

/** What is modelled of whole titles, and the month in which all calls are made that the settings allow for them. */
function titlesOf(use: MonthUse, month: MonthCost) {
  const { titles, settings } = use;
  const most = { ...titles, callsPerDay: titles.kept === 0 ? 0 : settings.details.callsPerDay };
  return {
    ...titles,
    writeUnitsPerCall: titles.kept === 0 ? 0 : rounded(writeUnitsOfTitle(titles, settings)),
    usdWithFreeTier: rounded(
      month.usdWithFreeTier - monthCost({ ...use, titles: titleLoad(settings, 0, 0) }).usdWithFreeTier,
    ),
    withAllCalls: { callsPerDay: most.callsPerDay, ...totalsOf(monthCost({ ...use, titles: most })) },
  };
}

function linesOf({ lines }: MonthCost) {
  return lines.map((line) => ({
    ...line,
    unitPriceUsd: priceTable[line.price],
    usd: rounded(line.usd),
    usdWithFreeTier: rounded(line.usdWithFreeTier),
  }));
}

function overBudget({ usdWithFreeTier }: MonthCost, budgetUsd: number): string[] {
  return usdWithFreeTier > budgetUsd
    ? [
        `the month costs more than the budget of ${budgetUsd} USD: configure fewer regions, or raise deployment.monthlyBudgetUsd`,
      ]
    : [];
}

/** Which plan runs, and why. */
function pricedPlan({ planner }: Settings, readsCounted: ReadsCounted): { kind: PlanKind; why: string } {
  if (!planner.adaptive.enabled) {
    return { kind: 'base', why: 'planner.adaptive.enabled is false' };
  }
  const reasons: Record<ReadsCounted, { kind: PlanKind; why: string }> = {
    counted: { kind: 'demand', why: 'reads are counted' },
    assumed: { kind: 'demand', why: 'as if reads were counted' },
    'not-counted': { kind: 'base', why: 'no read is counted yet' },
    unknown: { kind: 'base', why: 'it runs until reads are counted' },
  };
  return reasons[readsCounted];
}

/** The month of the other plan; `undefined` where the settings allow one only. */
function otherPlan(use: MonthUse, kind: PlanKind, plans: Record<PlanKind, PlannedMonth>) {
  if (!use.settings.planner.adaptive.enabled) {
    return undefined;
  }
  const other: PlanKind = kind === 'base' ? 'demand' : 'base';
  const plan = plans[other];
  return { kind: other, jobs: plan.jobs, ...totalsOf(monthCost({ ...use, plan })) };
}

/** The same month with this capacity: the table's units, and the event source of the writer, which has a maximum where units are provisioned. */
function withCapacity(use: MonthUse, mode: CapacityMode): MonthUse {
  const settings = { ...use.settings, capacity: { ...use.settings.capacity, mode } };
  const { catalog, index } = settings.capacity;
  const inventory: TemplateInventory = {
    ...use.inventory,
    provisioned:
      mode === 'on-demand' || settings.deployment.catalogTable.existing
        ? { readUnits: 0, writeUnits: 0 }
        : { readUnits: catalog.readUnits + index.readUnits, writeUnits: catalog.writeUnits + index.writeUnits },
    eventSources: use.inventory.eventSources.map((source) =>
      source.name.startsWith('Writer') ? { ...source, maximumConcurrency: writersAtMost(settings) } : source,
    ),
  };
  return { ...use, settings, inventory };
}

/** What an account pays that has used its free provisioned units for other tables. */
function withoutFreeUnits({ lines }: MonthCost): number {
  return lines.reduce(
    (sum, { price, usd, usdWithFreeTier }) => sum + (price.startsWith('dynamoProvisioned') ? usd : usdWithFreeTier),
    0,
  );
}

/** The month at this rate of reads, without and with CloudFront, and what ends first. */
function atScale(
  use: MonthUse & { plan: PlannedMonth },
  readsPerSecond: number,
  { lambdaQuota }: Pick<CostQuestion, 'lambdaQuota'>,
) {
  const { settings, plan } = use;
  const at = (cdn: boolean) => {
    const reads = readLoad(readsPerSecond, { settings, lists: plan.lists, cdn });
    const asked: AskedLoad = { settings, plan, reads, lambdaQuota, titles: use.titles };
    const month = monthCost({ ...use, reads });
    return {
      ...totalsOf(month),
      logShare: rounded(logsOf(month) / month.usdWithFreeTier),
      containers: reads.containers,
      cdnHitShare: rounded(reads.cdnHitShare),
      firstBottleneck: needText(firstBottleneck(readLimits(asked))),
      exceeded: readLimits(asked).some(({ need, limit }) => need > limit),
    };
  };
  return { readsPerSecond, withoutCdn: at(false), withCdn: at(true) };
}

function logsOf({ lines }: MonthCost): number {
  return lines.reduce((sum, { price, usdWithFreeTier }) => sum + (price.startsWith('log') ? usdWithFreeTier : 0), 0);
}

function totalsOf({ usd, usdWithFreeTier }: MonthCost): { usdWithFreeTier: number; usdWithoutFreeTier: number } {
  return { usdWithFreeTier: rounded(usdWithFreeTier), usdWithoutFreeTier: rounded(usd) };
}

function rounded(usd: number): number {
  return Number(usd.toFixed(6));
}
