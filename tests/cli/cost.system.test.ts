import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { costOf, whatIf } from '../../src/cli/commands/cost-command.ts';
import { monthPlan } from '../../src/operator/cost/month-plan.ts';
import { documentedPollers, monthCost } from '../../src/shared/cost/month-cost.ts';
import { inventoryOf } from '../../src/shared/cost/template-inventory.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { runCli, runJson } from '../support/cli-process.ts';
import { pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

type Cost = ReturnType<typeof costOf>;
type Line = Cost['lines'][number];

const folder = scratchFolder();

/** As the command models it, on a template that is synthesized here. */
async function costWith(overrides: unknown): Promise<Cost> {
  const { resources } = await pipelineTemplate(mkdtempSync(join(folder, 'synth-')), overrides);
  return costOf({ Resources: resources }, settingsFrom(JSON.stringify(overrides)));
}

describe('cost', () => {
  let cost: Cost;
  beforeAll(async () => {
    cost = await runJson<Cost>(['cost']);
  });
  const line = (text: string) => cost.lines.find(({ item }) => item.includes(text)) as Line;

  it('prices the default month within the budget of the design', () => {
    expect(cost.totals.usdWithFreeTier).toBeLessThanOrEqual(0.15);
    expect(cost.withMeasuredPollers.usdWithFreeTier).toBeLessThan(cost.totals.usdWithFreeTier);
    expect(cost.totals.usdWithoutFreeTier).toBeGreaterThan(cost.totals.usdWithFreeTier);
    expect(cost.asOf).toMatch(/^20\d\d-\d\d$/);
  });

  it('says of a template that is synthesized here what the command says of its own', async () => {
    expect(await costWith({})).toEqual(cost);
  });

  it('leaves nothing of the template without a price', () => {
    expect(cost.unpriced).toEqual([]);
  });

  it('counts the idle polls of two event sources with five pollers each', () => {
    // 648,000 a month each. Source: docs on SQS event sources; measured, November 2026.
    expect(line('idle polling')).toMatchObject({ quantity: 1_296_000, freeQuantity: 1_000_000 });
    expect(line('idle polling').usdWithFreeTier).toBeCloseTo(0.1184, 6);
  });

  it('has lines that make the sums', () => {
    const sum = (member: 'usd' | 'usdWithFreeTier') => cost.lines.reduce((total, one) => total + one[member], 0);
    expect(sum('usdWithFreeTier')).toBeCloseTo(cost.totals.usdWithFreeTier, 4);
    expect(sum('usd')).toBeCloseTo(cost.totals.usdWithoutFreeTier, 4);
  });

  it('stays within what is free of metrics, alarms and dashboards', () => {
    for (const item of ['custom metrics', 'alarms', 'dashboards', 'provisioned write', 'provisioned read']) {
      expect(line(item).usdWithFreeTier, item).toBe(0);
    }
  });

  it('prices the catalog’s units where they are on demand', async () => {
    const onDemand = await costWith({ capacity: { mode: 'on-demand' } });
    const units = onDemand.lines.find(({ item }) => item.startsWith('catalog write units')) as Line;
    expect(units.usdWithFreeTier).toBeGreaterThan(0);
    expect(onDemand.totals.usdWithFreeTier).toBeGreaterThan(cost.totals.usdWithFreeTier);
    expect(onDemand.totals.usdWithoutFreeTier).toBeLessThan(cost.totals.usdWithoutFreeTier);
  });

  it('prices an imported table as the settings say that it is, and its recovery where that is on', async () => {
    const units = (cost: Cost) => cost.lines.find(({ item }) => item.startsWith('provisioned write units'))?.quantity;
    const imported = await costWith({ deployment: { catalogTable: { name: 'OldCache', existing: true } } });
    expect(units(imported)).toBe(units(cost));
    const recovered = await costWith({ deployment: { catalogTable: { pointInTimeRecovery: true } } });
    expect(recovered.totals.usdWithFreeTier).toBeGreaterThan(cost.totals.usdWithFreeTier);
  });

  it('says why a stack cannot be synthesized', async () => {
    const bundler = join(folder, 'ends-at-once');
    writeFileSync(bundler, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { code, stdout, stderr } = await runCli(['cost'], { environment: { ESBUILD_BINARY_PATH: bundler } });
    expect(stderr).toMatch(/^error: the stack cannot be synthesized: the functions were not bundled: [^\n]*\n$/);
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe('the month of the plan', () => {
  it('has an occurrence for each tick of the schedules: a day’s 6 + 1, and one a week', () => {
    expect(monthPlan(defaultSettings).occurrences).toBe(Math.round((28 * 7 + 4) * (30 / 28)));
  });

  it('has every daily and weekly job in it, and what refreshes add', () => {
    const { jobs } = monthPlan(defaultSettings);
    expect(jobs).toBeGreaterThan(30 * 7 + (30 / 7) * 14);
    // Three trends at each of six refreshes a day, and never more than everything.
    expect(jobs).toBeLessThan(30 * 6 * (7 + 14));
  });

  it('is the whole budget of a plan that follows demand, or what that must have', () => {
    const { planner } = defaultSettings;
    const budget = (pagesPerDay: number) => ({
      ...defaultSettings,
      planner: { ...planner, adaptive: { ...planner.adaptive, pagesPerDay } },
    });
    expect(monthPlan(budget(50)).jobs).toBe(30 * 50);
    expect(monthPlan(budget(100)).jobsByRegion).toMatchObject({
      global: expect.any(Number),
      'by demand': expect.any(Number),
    });
    // Seven jobs a day and fourteen a week are never cut.
    expect(monthPlan(budget(1)).jobs).toBe(30 * 7 + (30 / 7) * 14);
  });

  it('grows with each region by its six feeds a day at least, where the plan does not follow demand', () => {
    const { planner } = defaultSettings;
    const fixed = { ...defaultSettings, planner: { ...planner, adaptive: { ...planner.adaptive, enabled: false } } };
    const withRegion = { ...fixed, regions: [{ region: 'DE', language: 'de-DE' }] };
    expect(monthPlan(withRegion).jobs - monthPlan(fixed).jobs).toBeGreaterThanOrEqual(30 * 6);
  });
});

describe('what each region takes', () => {
  it('has a line for each configured one, and one for the world', async () => {
    const regions = [
      { region: 'DE', language: 'de-DE' },
      { region: 'CH', language: 'de-CH' },
      { region: 'CH', language: 'fr-FR' },
    ];
    const { jobsByRegion, plan } = await costWith({ regions });
    expect(jobsByRegion.map(({ region }) => region)).toEqual(['global', 'DE:de-DE', 'CH:de-CH', 'CH:fr-FR']);
    const calls = jobsByRegion.reduce((sum, one) => sum + one.calls, 0);
    expect(Math.abs(calls - plan.jobs)).toBeLessThanOrEqual(jobsByRegion.length);
    // The budget is shared; what is the world's has its minimum.
    expect(plan.jobs).toBe(30 * 50);
    expect(jobsByRegion.every((one) => one.calls > 100)).toBe(true);
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

describe('a template', () => {
  it('shows a key, a secret and what nobody has thought of', () => {
    const inventory = inventoryOf({
      Resources: {
        a: { Type: 'AWS::KMS::Key' },
        b: { Type: 'AWS::SecretsManager::Secret' },
        c: { Type: 'AWS::EC2::NatGateway' },
        d: { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{}, {}, {}] } },
      },
    });
    expect(inventory).toMatchObject({ keys: 1, secrets: 1, alarmMetrics: 3, unpriced: ['AWS::EC2::NatGateway'] });
    const { deployment } = defaultSettings;
    const unread = {
      ...defaultSettings,
      deployment: { ...deployment, reader: { ...deployment.reader, readsPerDay: 0 } },
    };
    const { lines } = monthCost(inventory, { jobs: 0, occurrences: 0 }, unread, 0, documentedPollers);
    const paid = lines.filter(({ usdWithFreeTier }) => usdWithFreeTier > 0).map(({ item }) => item);
    expect(paid).toEqual(['customer-managed keys', 'secrets']);
  });
});
