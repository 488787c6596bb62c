import { describe, expect, it } from 'vitest';
import { monthCost } from '../../../src/shared/cost/month-cost.ts';
import { readLoad } from '../../../src/shared/cost/read-load.ts';
import { inventoryOf } from '../../../src/shared/cost/template-inventory.ts';
import { titleLoad } from '../../../src/shared/cost/title-cost.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';

const settings = defaultSettings;
const nothing = { jobs: 0, occurrences: 0 };
const noReads = readLoad(0, { settings, lists: 0, cdn: false });
const titles = titleLoad(settings, 0, 0);
const template = {
  Resources: {
    a: { Type: 'AWS::KMS::Key' },
    b: { Type: 'AWS::SecretsManager::Secret' },
    c: { Type: 'AWS::EC2::NatGateway' },
    d: { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{}, {}, {}] } },
    OneSource1234ABCD: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { ScalingConfig: { MaximumConcurrency: 2 } },
    },
    TwoSource1234ABCD: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
    Reader1: { Type: 'AWS::Lambda::Function', Properties: {} },
    Reader2: { Type: 'AWS::Lambda::Function', Properties: { LoggingConfig: { SystemLogLevel: 'WARN' } } },
  },
};

describe('a template', () => {
  it('shows a key, a secret, how event sources scale, what Lambda logs, and what nobody has thought of', () => {
    const inventory = inventoryOf(template);
    expect(inventory).toMatchObject({
      ...{ keys: 1, secrets: 1, alarmMetrics: 3, unpriced: ['AWS::EC2::NatGateway'], loggedInvocations: ['Reader1'] },
      eventSources: [{ name: 'OneSource', maximumConcurrency: 2 }, { name: 'TwoSource' }],
    });
    const use = {
      inventory,
      plan: nothing,
      settings,
      emittedMetrics: 0,
      reads: noReads,
      titles,
      pollers: 'least' as const,
    };
    const paid = monthCost(use).lines.filter(({ usdWithFreeTier }) => usdWithFreeTier > 0);
    expect(paid.map(({ item }) => item)).toEqual(['customer-managed keys', 'secrets']);
  });
});

describe('idle event sources', () => {
  it.each([
    ['least', { OneSource: 648_000, TwoSource: 259_200 }],
    ['most', { OneSource: 648_000, TwoSource: 648_000 }],
  ] as const)('poll by %s pollers, which a maximum concurrency leaves at five', (pollers, polls) => {
    const inventory = inventoryOf(template);
    const { lines } = monthCost({
      inventory,
      plan: nothing,
      settings,
      emittedMetrics: 0,
      reads: noReads,
      titles,
      pollers,
    });
    for (const [name, quantity] of Object.entries(polls)) {
      expect(lines.find(({ item }) => item.includes(name))?.quantity, name).toBe(quantity);
    }
  });
});

describe('a month of jobs', () => {
  const total = (occurrences: number, writers: number | undefined, mode: 'on-demand' | 'provisioned' = 'on-demand') => {
    const writer = { ...settings.writer, maximumConcurrency: writers };
    const changed = { ...settings, writer, capacity: { ...settings.capacity, mode } };
    const use = { plan: { jobs: 100, occurrences }, settings: changed, emittedMetrics: 0, reads: noReads, titles };
    return monthCost({ ...use, inventory: inventoryOf({ Resources: {} }), pollers: 'least' });
  };

  it('has the cold starts of each occurrence, of as many writers as there may be at once', () => {
    const seconds = (writers: number | undefined) =>
      total(10, writers).lines.find(({ item }) => item.startsWith('time of planner'))?.quantity ?? 0;
    // Three writers more, 500 ms each, of 256 MB, ten times.
    expect(seconds(undefined) - seconds(2)).toBeCloseTo((3 * 0.5 * 10) / 4, 6);
  });

  it('pays for the catalog’s units by use only where they are on demand', () => {
    const units = (mode: 'on-demand' | 'provisioned') =>
      total(1, undefined, mode).lines.find(({ item }) => item.startsWith('catalog write units'))?.quantity;
    expect([units('on-demand'), units('provisioned')]).toEqual([2_600, 0]);
  });
});

describe('a month of reads', () => {
  const linesAt = (rate: number, cdn: boolean, Resources = {}) => {
    const reads = readLoad(rate, { settings, lists: 19, cdn });
    const inventory = inventoryOf({ Resources });
    const { lines } = monthCost({
      inventory,
      plan: nothing,
      settings,
      emittedMetrics: 0,
      reads,
      titles,
      pollers: 'least',
    });
    return (text: string) => lines.find(({ item }) => item.includes(text))?.quantity ?? Number.NaN;
  };

  it('is billed where the reads go: by the function’s URL, or by CloudFront and what it passes on', () => {
    const [plain, cached] = [linesAt(100, false), linesAt(100, true)];
    const reads = 100 * 30 * 86_400;
    expect(plain('requests to the reader')).toBe(reads);
    expect([plain('requests to CloudFront'), plain('transfer out of CloudFront')]).toEqual([0, 0]);
    expect(cached('requests to CloudFront')).toBe(reads);
    expect(cached('requests to the reader')).toBeCloseTo(reads / 100, 3);
    expect(cached('transfer out of CloudFront')).toBe(plain('transfer out of the reader'));
    expect(cached('transfer out of the reader')).toBe(0);
  });

  it('has the lines that Lambda writes of each invocation, where it writes them', () => {
    const [quiet, loud] = [linesAt(100, false), linesAt(100, false, { Reader1: template.Resources.Reader1 })];
    expect(loud('logs of reads') - quiet('logs of reads')).toBeCloseTo((100 * 30 * 86_400 * 360) / 1e9, 6);
  });
});

describe('traces', () => {
  const traces = (readsPerSecond: number, tracing: boolean) => {
    const changed = { ...settings, deployment: { ...settings.deployment, tracing } };
    const reads = readLoad(readsPerSecond, { settings: changed, lists: 10, cdn: false });
    const use = { plan: { jobs: 100, occurrences: 7 }, settings: changed, emittedMetrics: 0, reads, titles };
    const { lines } = monthCost({ ...use, inventory: inventoryOf({ Resources: {} }), pollers: 'least' });
    return lines.filter(({ price }) => price === 'trace').map(({ quantity }) => quantity);
  };

  it('are paid for where the settings ask for them: one a second, and a twentieth of the others', () => {
    expect(traces(100, false)).toEqual([0, 0]);
    // Seven planners, a hundred workers and as many writers; 1 + 0.05 * 99 readers in each of 2,592,000 seconds.
    expect(traces(100, true)).toEqual([207, 5.95 * 2_592_000]);
    expect(traces(0.5, true)[1]).toBe(0.5 * 2_592_000);
  });
});
