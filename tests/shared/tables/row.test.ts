import { describe, expect, it } from 'vitest';
import { isLive, rowBaseSchema, rowKeyText } from '../../../src/shared/tables/row.ts';
import { without } from '../../support/without.ts';

const base = {
  mediaId: '550',
  mediaType: 'movie',
  schemaVersion: 1,
  version: 'v',
  source: 'tmdb',
  fetchedAt: '2026-11-23T00:00:00.000Z',
  freshUntil: '2026-11-30T00:00:00.000Z',
  expiresAt: 1_797_206_400,
};

describe('members of every row', () => {
  it('are all needed', () => {
    expect(rowBaseSchema.parse(base)).toEqual(base);
    for (const member of Object.keys(base)) {
      expect(rowBaseSchema.safeParse(without(base, member)).error?.issues[0]?.path).toEqual([member]);
    }
  });

  it('are refused for another layout', () => {
    expect(rowBaseSchema.safeParse({ ...base, schemaVersion: 2 }).success).toBe(false);
  });
});

describe('a row exists', () => {
  const expiresAt = 1_797_206_400;
  it('until the second of its hard TTL, and no longer', () => {
    expect(isLive({ expiresAt }, 1_797_206_399_999)).toBe(true);
    expect(isLive({ expiresAt }, 1_797_206_400_000)).toBe(false);
  });
});

describe('key text', () => {
  it('differs for different keys', () => {
    expect(rowKeyText({ mediaId: '605', mediaType: 'movie' })).not.toBe(
      rowKeyText({ mediaId: '605', mediaType: 'tv' }),
    );
    expect(rowKeyText({ mediaId: '60', mediaType: '5movie' })).not.toBe(
      rowKeyText({ mediaId: '605', mediaType: 'movie' }),
    );
  });
});
