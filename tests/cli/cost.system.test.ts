import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emittedMetrics, whatIf } from '../../src/cli/commands/cost-command.ts';
import { costDocument } from '../../src/operator/cost/cost-document.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { runCli, runJson } from '../support/cli-process.ts';
import { pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

type Cost = ReturnType<typeof costDocument>;
type Line = Cost['lines'][number];

const folder = scratchFolder();
const question = { readsCounted: 'unknown', cdn: false, titles: 1_000, lambdaQuota: 1_000, emittedMetrics } as const;

/** As the command models it, on a template that is synthesized here. */
async function costWith(overrides: unknown, over: Partial<Parameters<typeof costDocument>[2]> = {}): Promise<Cost> {
  const { resources } = await pipelineTemplate(mkdtempSync(join(folder, 'synth-')), overrides);
  return costDocument({ Resources: resources }, settingsFrom(JSON.stringify(overrides)), { ...question, ...over });
}

describe('cost', () => {
  let cost: Cost;
  beforeAll(async () => {
    cost = await runJson<Cost>(['cost'], { cwd: folder });
  });
  const line = (text: string) => cost.lines.find(({ item }) => item.includes(text)) as Line;

  it('prices the default month within the budget of the design, whichever plan runs', () => {
    expect(cost.totals.usdWithFreeTier).toBeLessThanOrEqual(0.1);
    expect(cost.otherPlan?.usdWithFreeTier).toBeLessThanOrEqual(0.1);
    expect(cost.totals.usdWithoutFreeTier).toBeGreaterThan(cost.totals.usdWithFreeTier);
    expect(cost.budgetUsd).toBe(0.1);
    expect(cost.warnings).toEqual([]);
    expect(cost.asOf).toMatch(/^20\d\d-\d\d$/);
  });

  it('prices whole titles: a thousand, in five countries and their languages, within the same budget', async () => {
    const regions = ['US:en-US', 'GB:en-GB', 'DE:de-DE', 'JP:ja-JP', 'IN:hi-IN'].map((pair) => {
      const [region, language] = pair.split(':');
      return { region, language };
    });
    const five = await costWith({ regions }, { readsCounted: 'assumed' });
    expect(five.titles).toMatchObject({ kept: 1_000, changesCallsPerDay: 0 });
    expect(five.titles.callsPerDay).toBeGreaterThan(1_000 / 14);
    expect(five.titles.usdWithFreeTier).toBeGreaterThan(0.02);
    expect(five.totals.usdWithFreeTier).toBeLessThanOrEqual(0.1);
    expect(five.warnings).toEqual([]);
    // What the settings allow at most is told beside it.
    expect(five.titles.withAllCalls.callsPerDay).toBe(defaultSettings.details.callsPerDay);
    expect(five.titles.withAllCalls.usdWithFreeTier).toBeGreaterThan(five.totals.usdWithFreeTier);
    const none = await costWith({ regions, details: { enabled: false } }, { readsCounted: 'assumed' });
    expect(none.titles).toMatchObject({ kept: 0, callsPerDay: 0, usdWithFreeTier: 0, withAllCalls: none.totals });
    expect(five.totals.usdWithFreeTier - none.totals.usdWithFreeTier).toBeCloseTo(five.titles.usdWithFreeTier, 5);
    expect(none.lines.some(({ item }) => item.includes('whole titles'))).toBe(false);
  });

  it('says of a template that is synthesized here what the command says of its own', async () => {
    expect(JSON.parse(JSON.stringify(await costWith({})))).toEqual(cost);
  });

  it('leaves nothing of the template without a price', () => {
    expect(cost.unpriced).toEqual([]);
  });

  it('prices the base plan as long as it knows of no reads, and says so', () => {
    expect(cost.plan).toMatchObject({ kind: 'base', why: 'it runs until reads are counted' });
    expect(cost.otherPlan).toMatchObject({ kind: 'demand', jobs: 1_500 });
  });

  it('shows the pollers that AWS documents: five with a maximum concurrency, two to five without', () => {
    const polls = (pollers: number) => (pollers * 30 * 86_400) / 20;
    expect(cost.pollers).toEqual([
      { name: 'WorkerSource', maximumConcurrency: 2, least: 5, most: 5, leastPolls: polls(5), mostPolls: polls(5) },
      { name: 'WriterSource', least: 2, most: 5, leastPolls: polls(2), mostPolls: polls(5) },
    ]);
    expect(line('idle polling, WorkerSource')).toMatchObject({ quantity: 648_000, usdWithFreeTier: 0 });
    expect(line('idle polling, WriterSource')).toMatchObject({ quantity: 259_200, usdWithFreeTier: 0 });
    // Five everywhere would exceed the free million of requests.
    const requests = line('requests of jobs').quantity + line('requests of whole titles').quantity;
    const more = cost.withMostPollers.usdWithFreeTier - cost.totals.usdWithFreeTier;
    expect(more).toBeCloseTo((648_000 * 2 + requests - 1e6) * 0.4e-6, 5);
  });

  it('has lines that make the sums', () => {
    const sum = (member: 'usd' | 'usdWithFreeTier') => cost.lines.reduce((total, one) => total + one[member], 0);
    expect(sum('usdWithFreeTier')).toBeCloseTo(cost.totals.usdWithFreeTier, 4);
    expect(sum('usd')).toBeCloseTo(cost.totals.usdWithoutFreeTier, 4);
  });

  it('stays within what is free of metrics, alarms and dashboards', () => {
    for (const item of ['custom metrics', 'alarms', 'dashboards', 'decryptions', 'transfer out of the reader']) {
      expect(line(item).usdWithFreeTier, item).toBe(0);
      expect(line(item).quantity, item).toBeGreaterThan(0);
    }
  });

  it('compares the two capacities as a template with each is priced', async () => {
    const [onDemand, provisioned] = cost.capacities;
    expect(onDemand).toMatchObject({ mode: 'on-demand', ...cost.totals });
    const other = await costWith({ capacity: { mode: 'provisioned' } });
    expect(provisioned).toMatchObject({ mode: 'provisioned', ...other.totals });
    expect(other.pollers.map(({ maximumConcurrency }) => maximumConcurrency)).toEqual([2, 2]);
    expect(other.capacities).toEqual(cost.capacities);
    // 25 units of each kind all month.
    const units = 720 * 25 * (0.00065 + 0.00013);
    expect((provisioned?.usdWhereFreeUnitsAreUsed ?? 0) - (provisioned?.usdWithFreeTier ?? 0)).toBeCloseTo(units, 4);
  });

  it('prices an imported table as the settings say that it is, and its recovery where that is on', async () => {
    const units = (cost: Cost) => cost.lines.find(({ item }) => item.startsWith('provisioned write units'))?.quantity;
    const provisioned = { capacity: { mode: 'provisioned' } };
    const imported = await costWith({ ...provisioned, deployment: { catalogTable: { name: 'Old', existing: true } } });
    expect(units(imported)).toBe(units(await costWith(provisioned)));
    expect(units(imported)).toBeGreaterThan(0);
    const recovered = await costWith({ deployment: { catalogTable: { pointInTimeRecovery: true } } });
    expect(recovered.totals.usdWithFreeTier).toBeGreaterThan(cost.totals.usdWithFreeTier);
  });

  it('prices reads up to ten thousand a second, with and without the CDN, and names what ends first', () => {
    expect(cost.scales.map(({ readsPerSecond }) => readsPerSecond)).toEqual([1, 10, 100, 1_000, 10_000]);
    for (const { withoutCdn, withCdn } of cost.scales) {
      expect(withCdn.containers).toBeLessThanOrEqual(withoutCdn.containers);
      expect(withCdn.firstBottleneck).toMatch(/: [\d.]+ of \d+$/);
    }
    expect(cost.scales.at(-1)?.withoutCdn.firstBottleneck).toBe('requests to functions a second: 10000 of 10000');
    expect(cost.scales.at(-1)?.withCdn.firstBottleneck).toMatch(/^requests to CloudFront a second: 10000 of /);
  });

  it('has the figures that the pages tell', () => {
    const page = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
    const [base, demand] = [cost.totals, cost.otherPlan] as [Cost['totals'], NonNullable<Cost['otherPlan']>];
    const cents = (usd: number | undefined) => `$${usd?.toFixed(2)}`;
    const sentence = `is ${cents(base.usdWithFreeTier)} within the free tier`;
    expect(page('docs/guarantees.md').replaceAll(/\s+/g, ' ')).toContain(`The default month ${sentence}`);
    expect(page('README.md')).toContain(`costs ${cents(base.usdWithFreeTier)} within the free tier`);
    for (const path of ['README.md', 'docs/guarantees.md']) {
      expect(page(path).replaceAll(/\s+/g, ' '), path).toMatch(
        new RegExp(`and \\${cents(demand.usdWithFreeTier)} once reads are counted`),
      );
      expect(page(path), path).toContain(`$${base.usdWithoutFreeTier.toFixed(1)}`);
    }
    const record = page('docs/adr/0030-on-demand-and-few-pollers.md');
    const mills = (usd: number) => `$${usd.toFixed(3)}`;
    expect(record).toMatch(
      new RegExp(`on demand +\\| \\${mills(base.usdWithFreeTier)} +\\| \\${mills(demand.usdWithFreeTier)} `),
    );
    expect(record).toContain(mills(cost.withMostPollers.usdWithFreeTier));
    expect(record).toContain(mills(cost.capacities[1]?.usdWithFreeTier ?? 0));
    expect(record).toContain(cents(cost.capacities[1]?.usdWhereFreeUnitsAreUsed));
  });

  it('warns a person of what the asked reads exceed', async () => {
    const asked = ['cost', '--reads-per-second', '150', '--lambda-quota', '10'];
    const { code, stdout } = await runCli(asked, { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('priced: the plan that follows demand (as if reads were counted)');
    expect(stdout).toContain('! requests to functions a second: 150 of 100, more than there are: ask AWS for');
    expect(stdout).toContain('! concurrent executions: ');
  });

  it('refuses reads given twice and quotas that are none, with status 2', async () => {
    const cases = [
      [['--reads-per-day', '1', '--reads-per-second', '1'], /^error: --reads-per-day and --reads-per-second .*one/],
      [['--lambda-quota', '0'], /^error: --lambda-quota is '0': allowed are whole numbers/],
      [['--reads-per-second', 'many'], /^error: --reads-per-second is 'many': allowed are numbers/],
    ] as const;
    for (const [options, sentence] of cases) {
      const { code, stderr } = await runCli(['cost', ...options], { cwd: folder });
      expect(stderr).toMatch(sentence);
      expect(code).toBe(2);
    }
  });

  it('says why a stack cannot be synthesized', async () => {
    const bundler = join(folder, 'ends-at-once');
    writeFileSync(bundler, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { code, stdout, stderr } = await runCli(['cost'], { environment: { ESBUILD_BINARY_PATH: bundler } });
    expect(stderr).toMatch(/^error: the stack cannot be synthesized: the functions were not bundled: [^\n]*\n$/);
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe('what each region takes', () => {
  const regions = [
    { region: 'DE', language: 'de-DE' },
    { region: 'CH', language: 'de-CH' },
    { region: 'CH', language: 'fr-FR' },
  ];

  it('has a line for each configured one, and one for the world, of the plan that runs', async () => {
    const base = await costWith({ regions });
    const demand = await costWith({ regions }, { readsCounted: 'counted' });
    for (const { jobsByRegion, plan } of [base, demand]) {
      expect(jobsByRegion.map(({ region }) => region)).toEqual(['global', 'DE:de-DE', 'CH:de-CH', 'CH:fr-FR']);
      const calls = jobsByRegion.reduce((sum, one) => sum + one.calls, 0);
      expect(Math.abs(calls - plan.jobs)).toBeLessThanOrEqual(jobsByRegion.length);
      expect(jobsByRegion.every((one) => one.calls > 100)).toBe(true);
    }
    // The budget is shared; before reads are counted each region costs its own.
    expect(demand.plan.jobs).toBe(30 * 50);
    expect(base.plan.jobs).toBeGreaterThan(demand.plan.jobs);
    expect(base.totals.usdWithFreeTier).toBeGreaterThan(demand.totals.usdWithFreeTier);
    expect(base.otherPlan).toMatchObject({ kind: 'demand', jobs: 1_500, ...demand.totals });
  });

  it('can be asked for before anything is configured', () => {
    const { regions } = whatIf(defaultSettings, { regions: 'US,IN,AR,PH,CH:fr-FR' });
    expect(regions.map(({ region, language }) => `${region}:${language}`)).toEqual(
      // TMDB has no es-AR and no fil-PH.
      ['US:en-US', 'IN:hi-IN', 'AR:es-ES', 'PH:tl-PH', 'CH:fr-FR'],
    );
    expect(() => whatIf(defaultSettings, { regions: 'UK' })).toThrow(/unknown region 'UK': .*close matches are GB, UA/);
  });
});
