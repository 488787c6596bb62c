import { describe, expect, it } from 'vitest';
import { shapeProblem, ttlProblem } from '../../../src/operator/migrate/table-shape.ts';
import { sampleFacts } from '../../support/memory-migration.ts';

const withIndex = sampleFacts(true);
const index = withIndex.index as NonNullable<typeof withIndex.index>;

describe('a table that can be migrated', () => {
  it.each([
    ['without the index', sampleFacts()],
    ['with the index', withIndex],
    ['with an index that is being built', sampleFacts(false)],
    ['whose keys are told in another order', { ...withIndex, keys: withIndex.keys.toReversed() }],
    ['with another index over a string', { ...sampleFacts(), attributeTypes: { mediaId: 'S', category: 'S' } }],
  ])('%s', (_what, facts) => {
    expect(shapeProblem(facts)).toBeUndefined();
  });

  it.each([
    [
      'keys',
      { ...sampleFacts(), keys: [{ attribute: 'id', type: 'HASH' as const }] },
      'its keys are id (HASH), and allowed are mediaId (HASH) and mediaType (RANGE)',
    ],
    [
      'numbers for ids',
      { ...sampleFacts(), attributeTypes: { mediaId: 'N', mediaType: 'S' } },
      'its key attribute mediaId is no string',
    ],
    [
      'another index over numbers',
      { ...sampleFacts(), attributeTypes: { mediaId: 'S', mediaType: 'S', category: 'N' } },
      'its key attribute category is no string',
    ],
    [
      'an index over other keys',
      { ...withIndex, index: { ...index, keys: [{ attribute: 'contentType', type: 'HASH' as const }] } },
      'its index CategoryContentTypeIndex is over contentType (HASH), and not over category (HASH) and contentType (RANGE)',
    ],
    [
      'an index of keys only',
      { ...withIndex, index: { ...index, projection: 'KEYS_ONLY' } },
      'its index CategoryContentTypeIndex holds KEYS_ONLY, and not ALL attributes',
    ],
  ])('and not one with %s', (_what, facts, problem) => {
    expect(shapeProblem(facts)).toBe(problem);
  });
});

describe('TTL', () => {
  it.each([
    [{ state: 'off', attribute: undefined }],
    [{ state: 'off', attribute: 'ttl' }],
    [{ state: 'on', attribute: 'expiresAt' }],
  ] as const)('%j is no problem', (ttl) => {
    expect(ttlProblem(ttl)).toBeUndefined();
  });

  it.each([
    [{ state: 'on', attribute: 'ttl' }, 'its TTL is on for ttl, and not for expiresAt: turn that off first'],
    [
      { state: 'turning-off', attribute: 'expiresAt' },
      'its TTL is being turned off, which takes DynamoDB up to an hour: try again after that',
    ],
  ] as const)('%j is one', (ttl, problem) => {
    expect(ttlProblem(ttl)).toBe(problem);
  });
});
