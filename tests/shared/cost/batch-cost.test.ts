import { describe, expect, it } from 'vitest';
import { batchCostMicroUsd } from '../../../src/shared/cost/run-cost.ts';

describe('the cost of a batch', () => {
  it('is its units and the requests of its pages, in millionths of a dollar', () => {
    // 100 × 0.625 + 8 × 0.125 + 1 page × 6 requests × 0.4
    expect(batchCostMicroUsd({ pages: 1, writeUnits: 100, readUnits: 8 })).toBe(65.9);
    expect(batchCostMicroUsd({ pages: 0, writeUnits: 0, readUnits: 0 })).toBe(0);
  });
});
