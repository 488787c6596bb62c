import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from 'vitest';
import { type EmfDocument, emfDocumentSchema, emfProblems, emfUnits } from './emf-schema.ts';
import { startHandler } from './handler-file.ts';
import { changed } from './without.ts';

const namesOf = (count: number, stem: string) => Array.from({ length: count }, (_, n) => `${stem}${n}`);

/** A valid document: two directives, one of them with a metric of several values. */
function sample(): EmfDocument {
  return {
    _aws: {
      Timestamp: 1_795_420_800_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Shop',
          Dimensions: [['service'], []],
          Metrics: [{ Name: 'latency', Unit: 'Milliseconds', StorageResolution: 1 }, { Name: 'orders' }],
        },
        { Namespace: 'Shop/Stock', Dimensions: [[]], Metrics: [] },
      ],
    },
    service: 'checkout',
    latency: [12.5, 0, 7e3],
    orders: 3,
    note: { free: ['of', 'rules', null] },
  };
}

const directive = '_aws.CloudWatchMetrics.0';
const metric = `${directive}.Metrics.0`;
const withMember = (path: string, member: unknown) => JSON.stringify(changed(sample(), path, member));

/** A document of one directive with as many dimensions, metrics and values as given. */
function sized(dimensions: number, metrics: number, values: number): string {
  const [dimensionNames, metricNames] = [namesOf(dimensions, 'd'), namesOf(metrics, 'm')];
  return JSON.stringify({
    _aws: {
      Timestamp: 1_795_420_800_000,
      CloudWatchMetrics: [
        { Namespace: 'N', Dimensions: [dimensionNames], Metrics: metricNames.map((Name) => ({ Name })) },
      ],
    },
    ...Object.fromEntries(dimensionNames.map((name) => [name, 'x'])),
    ...Object.fromEntries(metricNames.map((name) => [name, Array.from({ length: values }, () => 1)])),
  });
}

describe('a line in the embedded metric format', () => {
  it('has no problems', () => {
    expect(emfProblems(JSON.stringify(sample()))).toEqual([]);
    expect(emfDocumentSchema.parse(sample())).toEqual(sample());
  });

  it.each([
    ['no metadata', '_aws', undefined],
    ['no timestamp', '_aws.Timestamp', undefined],
    ['a timestamp as text', '_aws.Timestamp', '1795420800000'],
    ['a timestamp with a fraction', '_aws.Timestamp', 1_795_420_800_000.5],
    ['a timestamp in seconds', '_aws.Timestamp', 1_795_420_800],
    ['a timestamp in microseconds', '_aws.Timestamp', 1_795_420_800_000_000],
    ['no directives', '_aws.CloudWatchMetrics', undefined],
    ['a directive that is not in an array', '_aws.CloudWatchMetrics', sample()._aws.CloudWatchMetrics[0]],
    ['metadata of its own', '_aws.Version', 1],
    ['no namespace', `${directive}.Namespace`, undefined],
    ['an empty namespace', `${directive}.Namespace`, ''],
    ['a namespace that is too long', `${directive}.Namespace`, 'n'.repeat(1025)],
    ['no dimensions', `${directive}.Dimensions`, undefined],
    ['no set of dimensions', `${directive}.Dimensions`, []],
    ['dimensions that are no set', `${directive}.Dimensions`, ['service']],
    ['an empty dimension name', `${directive}.Dimensions`, [['']]],
    ['a dimension name that is too long', `${directive}.Dimensions`, [['d'.repeat(251)]]],
    ['no metrics', `${directive}.Metrics`, undefined],
    ['a directive with a member of its own', `${directive}.Service`, 'checkout'],
    ['a metric without a name', `${metric}.Name`, undefined],
    ['a metric with an empty name', `${metric}.Name`, ''],
    ['a metric whose name is too long', `${metric}.Name`, 'n'.repeat(1025)],
    ['a metric with a member of its own', `${metric}.Value`, 1],
    ['a unit that CloudWatch does not know', `${metric}.Unit`, 'Hours'],
    ['a unit in small letters', `${metric}.Unit`, 'milliseconds'],
    ['a storage resolution that is not there', `${metric}.StorageResolution`, 30],
  ])('has not %s', (_name, path, member) => {
    // A name changed here has no target either, which is a second problem, of the root.
    const problems = emfProblems(withMember(path, member)).filter((problem) => problem.startsWith('_aws'));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(path.split('.').slice(0, -1).join('.'));
  });

  it.each([
    ['a dimension that is not there', 'service', undefined],
    ['a number for a dimension', 'service', 7],
    ['an empty dimension', 'service', ''],
    ['a dimension that is too long', 'service', 'x'.repeat(1025)],
    ['a metric that is not there', 'latency', undefined],
    ['a metric as text', 'latency', '12.5'],
    ['no number (as JSON has it)', 'latency', Number.NaN],
    ['a metric of which one value is none', 'latency', [1, null]],
    ['a nested metric', 'latency', { value: 1 }],
    ['a value without its count', 'latency', { Values: [1, 2], Counts: [3] }],
    ['a value that occurred never', 'latency', { Values: [1, 2], Counts: [3, 0] }],
    ['more than a hundred values with counts', 'latency', { Values: namesOf(101, '').map(Number), Counts: [] }],
  ])('has not %s on its root', (_name, path, member) => {
    const problems = emfProblems(withMember(path, member));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${path}: (dimension|metric) target: `));
  });

  it('has every target itself: those that all objects inherit are none', () => {
    const problems = emfProblems(withMember(`${directive}.Dimensions`, [['constructor']]));
    expect(problems).toEqual([expect.stringMatching(/^constructor: dimension target/)]);
  });

  it.each([
    ['dimensions of a set', sized(30, 1, 1), sized(31, 1, 1)],
    ['metrics', sized(1, 100, 1), sized(1, 101, 1)],
    ['values of a metric', sized(1, 1, 100), sized(1, 1, 101)],
  ])('has no more %s than are allowed', (_name, most, tooMany) => {
    expect(emfProblems(most)).toEqual([]);
    expect(emfProblems(tooMany)).toHaveLength(1);
  });

  it('is no larger than a log event, in bytes', () => {
    const empty = Buffer.byteLength(withMember('note', ''));
    const letters = 1_048_576 - empty;
    expect(emfProblems(withMember('note', 'x'.repeat(letters)))).toEqual([]);
    expect(emfProblems(withMember('note', 'x'.repeat(letters + 1)))).toEqual([expect.stringContaining('bytes')]);
    expect(emfProblems(withMember('note', 'ü'.repeat(letters)))).toEqual([expect.stringContaining('bytes')]);
  });

  it.each([
    ['before it', (json: string) => `2026-11-23T08:00:00.000Z INFO ${json}`],
    ['after it', (json: string) => `${json} done`],
    ['instead of it', () => 'no JSON'],
    ['of its own around it', (json: string) => `[${json}]`],
    ['that is no object', () => 'null'],
  ])('has nothing %s', (_name, around) => {
    expect(emfProblems(around(JSON.stringify(sample())))).toEqual([expect.stringMatching(/^line: /)]);
  });

  it('may have the units that Powertools knows, and no others', () => {
    expect(new Set(emfUnits)).toEqual(new Set(Object.values(MetricUnit)));
  });
});

/** In a thread of its own, whose output is read as the log is: Powertools writes past vitest's console. */
describe('a line of Powertools’ metrics', () => {
  const library = import.meta.resolve('@aws-lambda-powertools/metrics');
  const adapter = new URL('../../src/shared/telemetry/powertools-telemetry.ts', import.meta.url).href;
  const emfLines = (lines: readonly string[]) => lines.filter((line) => line.includes('_aws'));

  it('is in the format, whatever the metrics are', async () => {
    const { invoke, line, lines } = startHandler(`
      import { Metrics, MetricResolution, MetricUnit } from '${library}';
      export const handler = async () => {
        const metrics = new Metrics({ namespace: 'Shop', serviceName: 'checkout', defaultDimensions: { stage: 'test' } });
        metrics.addDimension('place', 'Köln').addMetadata('order', { id: 7 });
        metrics.addMetric('latency', MetricUnit.Milliseconds, 12.5, MetricResolution.High);
        for (let n = 0; n < 250; n += 1) metrics.addMetric('orders', MetricUnit.Count, n);
        metrics.publishStoredMetrics();
        console.log('end');
      };`);
    await invoke({});
    await line('end');
    const written = emfLines(lines);
    expect(written.length).toBeGreaterThan(1);
    expect(written.flatMap(emfProblems)).toEqual([]);
    const orders = written.flatMap((text) => (JSON.parse(text) as { orders: number[] }).orders);
    expect(orders).toHaveLength(250);
  });

  it('is in the format as our telemetry has it written', async () => {
    const { invoke, line, lines } = startHandler(`
      import { powertoolsTelemetry } from '${adapter}';
      export const handler = async (_event, context) => {
        const telemetry = powertoolsTelemetry('worker', 'TmdbPipeline');
        telemetry.begin(context);
        for (let n = 0; n < 10; n += 1) {
          telemetry.metric('TmdbLatency', 40.5 + n);
          telemetry.metric('BreakerOpen', 0);
        }
        telemetry.end();
        console.log('end');
      };`);
    await invoke({});
    await line('end');
    const written = emfLines(lines);
    expect(written).toHaveLength(1);
    expect(written.flatMap(emfProblems)).toEqual([]);
  });
});
