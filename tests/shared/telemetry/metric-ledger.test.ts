import { describe, expect, it } from 'vitest';
import { metricLedger } from '../../../src/shared/telemetry/metric-ledger.ts';

/** Units that CloudWatch takes, as far as they are used here. Source: MetricDatum, November 2026. */
const units = ['Milliseconds', 'Seconds', 'Count', 'Bytes', 'Percent', 'None'];

describe('the metric ledger', () => {
  it('has ten metrics at most, which is what is free of charge', () => {
    expect(Object.keys(metricLedger).length).toBeLessThanOrEqual(10);
  });

  it.each(Object.entries(metricLedger))(
    '%s has a unit that CloudWatch knows and one service',
    (name, { unit, service }) => {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(units).toContain(unit);
      expect(service).toMatch(/^[a-z]+$/);
    },
  );
});
