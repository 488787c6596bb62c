/**
 * CloudWatch's rule of an alarm on one metric, as far as the stack's alarms use it: values of a period become one data point by the
 * statistic; at the end of each period the newest data points decide, and missing ones count as the alarm says.
 *
 * CloudWatch looks back further than the periods it evaluates. If it finds as many data points there as it evaluates, missing ones do not
 * matter; otherwise it fills up with as few missing ones as possible. How far it looks back is not documented in general: its examples
 * have two periods more.
 * Source: "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch user guide, as read in November 2026.
 */
import type { PipelineTemplate } from './pipeline-template.ts';

/** A value of a metric; `metric` as `metricKey` makes it. */
export type Sample = { metric: string; atMs: number; value: number };

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** An alarm of the template. */
export type AlarmRule = {
  name: string;
  metric: string;
  statistic: 'Sum' | 'Average' | 'Maximum';
  periodMs: number;
  /** Data points that are evaluated. */
  evaluated: number;
  /** Data points that must breach. */
  breaching: number;
  threshold: number;
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  missing: 'breaching' | 'notBreaching' | 'ignore';
};

/** One text for a metric. A dimension that refers to a resource has its logical id as value. */
export function metricKey(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(dimensions).sort();
  return `${namespace} ${name} ${sorted.map(([key, value]) => `${key}=${value}`).join(' ')}`;
}

/** The alarms of a template; `idPrefix` is what their logical ids begin with. */
export function alarmRules(template: PipelineTemplate, idPrefix = 'Alarms'): AlarmRule[] {
  return template.ofType('AWS::CloudWatch::Alarm').map(([id, { Properties: alarm }]) => {
    const dimensions = (alarm.Dimensions as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [
      Name,
      referred(Value),
    ]);
    return {
      name: id.slice(idPrefix.length).replace(/[0-9A-F]{8}$/, ''),
      metric: metricKey(alarm.Namespace, alarm.MetricName, Object.fromEntries(dimensions)),
      statistic: alarm.Statistic,
      periodMs: alarm.Period * 1_000,
      evaluated: alarm.EvaluationPeriods,
      breaching: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
      threshold: alarm.Threshold,
      comparison: alarm.ComparisonOperator,
      missing: alarm.TreatMissingData,
    };
  });
}

function referred(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return typeof value === 'string' ? value : (Ref ?? attribute?.[0] ?? JSON.stringify(value));
}

/** The state at the end of each period from `fromMs` to `toMs`, of an alarm that is created at `fromMs`. */
export function statesOf(
  rule: AlarmRule,
  samples: readonly Sample[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  morePeriods = 2,
): { atMs: number; state: AlarmState }[] {
  const points = dataPoints(rule, samples);
  const states: { atMs: number; state: AlarmState }[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let atMs = fromMs + rule.periodMs; atMs <= toMs; atMs += rule.periodMs) {
    const range = Array.from({ length: rule.evaluated + morePeriods }, (_, back) =>
      points.get(atMs - (back + 1) * rule.periodMs),
    );
    state = stateAfter(rule, range, state);
    states.push({ atMs, state });
  }
  return states;
}

/** @param range the newest data point first; `undefined` where there is none */
export function stateAfter(rule: AlarmRule, range: readonly (number | undefined)[], before: AlarmState): AlarmState {
  const found = range.filter((point) => point !== undefined);
  const newest = found.slice(0, rule.evaluated);
  const absent = rule.evaluated - newest.length;
  const breaches = newest.filter((point) => isBreaching(rule, point)).length;
  if (found.length === 0 && rule.missing === 'ignore') {
    return before;
  }
  const least = breaches + (rule.missing === 'breaching' ? absent : 0);
  const most = breaches + (rule.missing === 'notBreaching' ? 0 : absent);
  if (least >= rule.breaching) {
    return 'ALARM';
  }
  return most < rule.breaching ? 'OK' : before;
}

function isBreaching({ comparison, threshold }: AlarmRule, point: number): boolean {
  return comparison === 'GreaterThanThreshold' ? point > threshold : point < threshold;
}

/** Data points by the beginning of their period. */
function dataPoints({ metric, periodMs, statistic }: AlarmRule, samples: readonly Sample[]): Map<number, number> {
  const values = Map.groupBy(
    samples.filter((sample) => sample.metric === metric),
    ({ atMs }) => Math.floor(atMs / periodMs) * periodMs,
  );
  return new Map(
    [...values].map(([startMs, those]) => [
      startMs,
      reduced(
        statistic,
        those.map(({ value }) => value),
      ),
    ]),
  );
}

function reduced(statistic: AlarmRule['statistic'], values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Maximum':
      return Math.max(...values);
  }
}
