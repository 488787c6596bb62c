import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PriceName, priceOf, priceTable } from '../../../src/shared/cost/price-table.ts';

const names = Object.keys(priceTable).filter((name) => !['asOf', 'region'].includes(name)) as PriceName[];

describe('the price of a quantity', () => {
  it('is the list price where there are no tiers', () => {
    expect(priceOf('lambdaRequest', 25e9)).toBeCloseTo(5_000, 6);
  });

  it('falls tier by tier, each tier for its own part', () => {
    // 60 TB of logs: 10 at $0.50 a GB, 20 at $0.25, 20 at $0.10, 10 at $0.05. Source: announcement of tiered prices for Lambda logs.
    expect(priceOf('logGb', 60_000)).toBeCloseTo(12_500, 6);
    expect(priceOf('transferGb', 10_000)).toBeCloseTo(900, 6);
    expect(priceOf('transferGb', 60_000)).toBeCloseTo(900 + 3_400 + 700, 6);
  });

  it('grows with the quantity, and never by more than the list price', () => {
    const quantity = fc.double({ min: 0, max: 2e6, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...names), quantity, quantity, (name, some, more) => {
        const added = priceOf(name, some + more) - priceOf(name, some);
        expect(added).toBeGreaterThanOrEqual(-1e-9);
        expect(added).toBeLessThanOrEqual(more * priceTable[name] * (1 + 1e-6) + 1e-6);
      }),
    );
  });
});
