import type { costDocument } from '../operator/cost/cost-document.ts';
import { shareText, table, title } from './format-text.ts';

type Cost = ReturnType<typeof costDocument>;

const planNames = { base: 'the base plan', demand: 'the plan that follows demand' } as const;

/** The modelled month for people: what is priced and why, the bill line by line, what would change it, and where it ends. */
export function formatCost(cost: Cost): string {
  const { plan, regions, totals } = cost;
  const rows = cost.lines.map(({ item, quantity, usd, usdWithFreeTier }) => [
    item,
    String(Number(quantity.toFixed(3))),
    dollars(usdWithFreeTier),
    dollars(usd),
  ]);
  const places = regions.length === 0 ? 'no regions' : `regions ${regions.join(', ')}`;
  return [
    title(
      `a month of ${plan.jobs} jobs and ${cost.readsPerDay * cost.days} reads, ${places}, capacity ${cost.capacity}, prices of ${cost.asOf}, ${cost.region}`,
    ),
    ...planLines(cost),
    ...titleLines(cost),
    table(
      ['item', 'quantity', 'USD', 'without free tier'],
      [...rows, ['total', '', dollars(totals.usdWithFreeTier), dollars(totals.usdWithoutFreeTier)]],
    ),
    ...alternatives(cost),
    ...cost.warnings.map((warning) => `! ${warning}`),
    table(
      ['of these for', 'calls a month', 'write units'],
      cost.jobsByRegion.map(({ region, calls, writeUnits }) => [region, String(calls), String(writeUnits)]),
    ),
    title('reads at scale'),
    scaleTable(cost),
    ...assumptions(cost),
    ...cost.unpriced.map((type) => `not priced: ${type}`),
  ].join('\n');
}

function planLines({ plan, otherPlan }: Cost): string[] {
  const priced = `priced: ${planNames[plan.kind]} (${plan.why})`;
  return otherPlan === undefined
    ? [priced]
    : [priced, `${planNames[otherPlan.kind]}: ${otherPlan.jobs} jobs, ${dollars(otherPlan.usdWithFreeTier)} USD`];
}

/** Whole titles: what is modelled of them, and what their whole budget of calls would cost. */
function titleLines({ titles }: Cost): string[] {
  const { kept, callsPerDay, changesCallsPerDay, usdWithFreeTier, withAllCalls } = titles;
  const changes = changesCallsPerDay === 0 ? '' : `, ${changesCallsPerDay} of them for lists of changes`;
  return kept === 0
    ? ['whole titles: none are kept']
    : [
        `whole titles: ${kept} kept by ${callsPerDay} calls a day${changes}, ${dollars(usdWithFreeTier)} USD; with all ${withAllCalls.callsPerDay} calls a day that the settings allow the month is ${dollars(withAllCalls.usdWithFreeTier)} USD`,
      ];
}

function alternatives({ withMostPollers, capacities, budgetUsd, reads }: Cost): string[] {
  const provisioned = capacities.find(({ mode }) => mode === 'provisioned');
  const onDemand = capacities.find(({ mode }) => mode === 'on-demand');
  const [containers, starts] = [reads.containers, Math.round(reads.coldStartsPerMonth)];
  return [
    `of the reader: ${containers} containers at once, ${starts} cold starts a month`,
    `if Lambda keeps five pollers at every event source: ${dollars(withMostPollers.usdWithFreeTier)} USD; budget ${budgetUsd} USD`,
    `capacity on-demand: ${dollars(onDemand?.usdWithFreeTier ?? 0)} USD; provisioned: ${dollars(provisioned?.usdWithFreeTier ?? 0)} USD, ${dollars(provisioned?.usdWhereFreeUnitsAreUsed ?? 0)} USD where other tables use the free units`,
  ];
}

/** Months by demand at rates of reads: the bill and what ends first, without and with CloudFront. */
function scaleTable({ scales }: Cost): string {
  return table(
    ['reads a second', 'USD', 'ends first', 'USD with CDN', 'CDN hits', 'ends first with CDN'],
    scales.map(({ readsPerSecond, withoutCdn, withCdn }) => [
      String(readsPerSecond),
      withoutCdn.usdWithFreeTier.toFixed(2),
      withoutCdn.firstBottleneck,
      withCdn.usdWithFreeTier.toFixed(2),
      shareText(withCdn.cdnHitShare),
      withCdn.firstBottleneck,
    ]),
  );
}

/** What the model takes for granted of reads. */
function assumptions({ plan }: Cost): string[] {
  return [
    `assumed: reads of ${plan.lists} lists of 20, compressed, at a constant rate; each CloudFront cache keeps one as long as its max-age says`,
  ];
}

function dollars(usd: number): string {
  return usd.toFixed(4);
}
