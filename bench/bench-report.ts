import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** One measurement. */
export type BenchResult = { subject: string; metric: string; value: number; unit: string };

/** A target of a bench, and whether it was met. */
export type BenchTarget = { name: string; value: number; target: string; met: boolean };

/** The document that `bench -- <name> --json` prints. */
export type BenchReport = {
  bench: string;
  method: string;
  environment: Record<string, string | number>;
  results: BenchResult[];
  targets: BenchTarget[];
  /** One sentence for each trial that failed; the figures are those of the others. */
  failures?: string[];
};

/** The machine and the versions that figures were measured with. */
export function benchEnvironment(versions: Record<string, string>): BenchReport['environment'] {
  return {
    node: process.version,
    system: `${process.platform} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    ...versions,
  };
}

/** The report as text: method, one line per measurement, one line per target. */
export function formatReport(report: BenchReport): string {
  const { failures = [] } = report;
  const subjectWidth = Math.max(...report.results.map(({ subject }) => subject.length));
  const metricWidth = Math.max(...report.results.map(({ metric }) => metric.length));
  return [
    `${report.bench}: ${report.method}`,
    Object.entries(report.environment)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    ...report.results.map(
      ({ subject, metric, value, unit }) =>
        `${subject.padEnd(subjectWidth)}  ${metric.padEnd(metricWidth)}  ${Number(value.toFixed(3))} ${unit}`,
    ),
    ...failures.map((failure) => `FAILED: ${failure}`),
    ...report.targets.map(({ name, value, target, met }) => `${met ? 'met' : 'MISSED'}: ${name} ${value} (${target})`),
  ].join('\n');
}

/** The median of `values`; with the lowest and the highest where they differ. */
export function spreadOf(subject: string, metric: string, unit: string, values: readonly number[]): BenchResult[] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const median = { subject, metric, value: quantile(values, 0.5), unit };
  return lowest === highest
    ? [median]
    : [
        median,
        { subject, metric: `${metric}, lowest`, value: lowest, unit },
        { subject, metric: `${metric}, highest`, value: highest, unit },
      ];
}

/** The quantile `share` (0 to 1) of the values, interpolated; 0.5 is the median. NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
