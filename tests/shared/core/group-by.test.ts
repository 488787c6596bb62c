import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupBy } from '../../../src/shared/core/group-by.ts';

it('groups as the platform does where it can', () => {
  const key = (value: number | string) => (typeof value === 'string' ? value.length : Math.abs(value) % 3);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.integer())), (items) => {
      expect([...groupBy(items, key)]).toEqual([...Map.groupBy(items, key)]);
      expect([...groupBy(new Set(items), key)]).toEqual([...Map.groupBy(new Set(items), key)]);
    }),
  );
});
