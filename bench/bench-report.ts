import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** One measured figure. */
export type BenchResult = { subject: string; metric: string; value: number; unit: string };

/** What a bench set out to reach. */
export type BenchTarget = { name: string; value: number; target: string; met: boolean };

/** What `bench -- <name> --json` prints. */
export type BenchReport = {
  bench: string;
  method: string;
  environment: Record<string, string | number>;
  results: BenchResult[];
  targets: BenchTarget[];
};

/** The machine and the versions a figure belongs to. */
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

/** The report for people: method, a line per figure, a line per target. */
export function formatReport(report: BenchReport): string {
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
    ...report.targets.map(({ name, value, target, met }) => `${met ? 'met' : 'MISSED'}: ${name} ${value} (${target})`),
  ].join('\n');
}
