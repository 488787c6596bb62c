import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/reader/provenance.ts';

const known = { base: '2026-11-23T00:00:00.000Z', watch: null };
const unknown = { base: null, watch: null };

describe('how whole the answer of a title is', () => {
  it.each([
    ['no details asked for', undefined, []],
    ['nothing known', { fetchedAt: unknown, certification: null, watch: null }, ['asked']],
    ['details', { fetchedAt: known, certification: null, watch: null }, ['asked', 'details']],
    ['a certification', { fetchedAt: known, certification: '16', watch: null }, ['asked', 'details', 'certification']],
    ['services', { fetchedAt: known, certification: null, watch: { link: '' } }, ['asked', 'details', 'services']],
  ])('%s', (_name, details, kinds) => {
    expect(coverageOf(details === undefined ? {} : { details })).toEqual(kinds);
  });
});
