import type { BenchResult } from './bench-report.ts';
import { quantile } from './import-times.ts';

/** The median of `values`, and the lowest and the highest where they differ. */
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
