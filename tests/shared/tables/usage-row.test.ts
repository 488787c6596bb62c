import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counterName,
  feedUsageId,
  isPipelineCounter,
  parseCounterName,
  parseTitleSubject,
  pipelineCounterName,
  pipelineCounters,
  pipelineUsageId,
  titleSubject,
  titleUsageId,
  usageIdsOfHour,
} from '../../../src/shared/tables/usage-store.ts';
import { arbitraryEpochMs } from '../../support/arbitrary-page.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';

const kinds = ['reads', 'misses', 'stale', 'deep'] as const;

describe('a counter’s name', () => {
  it.each([
    ['reads', 'popular/movie/global/en-US', 'r:popular/movie/global/en-US'],
    ['misses', 'movie/550', 'm:movie/550'],
    ['stale', '~other', 's:~other'],
    ['deep', 'popular/tv/DE/de-DE', 'd:popular/tv/DE/de-DE'],
  ] as const)('of %s of %s is %s', (kind, subject, name) => {
    expect(counterName(kind, subject)).toBe(name);
    expect(parseCounterName(name)).toEqual({ kind, subject });
  });

  it('says what it counts, whatever that is called', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), arbitraryText(40), (kind, subject) => {
        expect(parseCounterName(counterName(kind, subject))).toEqual({ kind, subject });
      }),
    );
  });

  it.each(['id', 'expiration', 'rx', '', 'x:movie/550', 'R:movie/550'])('is not %j', (name) => {
    expect(parseCounterName(name)).toBeUndefined();
  });

  it('of a title has its media type and id', () => {
    expect(titleSubject('movie', 550)).toBe('movie/550');
    expect(titleSubject('tv', 550)).toBe('tv/550');
  });
});

describe('a title’s subject', () => {
  it('is read again', () => {
    fc.assert(
      fc.property(fc.constantFrom('movie', 'tv'), fc.integer({ min: 1, max: 2 ** 53 - 1 }), (mediaType, id) => {
        expect(parseTitleSubject(titleSubject(mediaType, id))).toEqual({ mediaType, id });
      }),
    );
  });

  it.each(['~other', 'person/1', 'movie/0', 'movie/01', 'movie/1/de', 'movie/', 'movie/9007199254740992', 'movie/x'])(
    'is not %j',
    (subject) => {
      expect(parseTitleSubject(subject)).toBeUndefined();
    },
  );
});

describe('the pipeline’s own counters', () => {
  it('have names of their own, which are no reads', () => {
    const names = pipelineCounters.map(pipelineCounterName);
    expect(names).toContain('p:rowsWritten');
    expect(new Set(names).size).toBe(pipelineCounters.length);
    for (const name of names) {
      expect([isPipelineCounter(name), parseCounterName(name)]).toEqual([true, undefined]);
    }
  });

  it.each(['p:', 'p:movie/550', 'calls', 'r:calls', 'P:calls'])('are not %j', (name) => {
    expect(isPipelineCounter(name)).toBe(false);
  });
});

describe('the items of usage', () => {
  it.each([
    ['2026-11-25T02:00:00.000Z', 'usage#2026-11-25T02#feeds', 'usage#2026-11-25T02#titles#00'],
    ['2026-11-25T02:04:59.999Z', 'usage#2026-11-25T02#feeds', 'usage#2026-11-25T02#titles#00'],
    ['2026-11-25T02:05:00.000Z', 'usage#2026-11-25T02#feeds', 'usage#2026-11-25T02#titles#05'],
    ['2026-11-25T02:59:59.999Z', 'usage#2026-11-25T02#feeds', 'usage#2026-11-25T02#titles#55'],
    ['2026-12-31T23:12:00.000Z', 'usage#2026-12-31T23#feeds', 'usage#2026-12-31T23#titles#10'],
  ])('at %s are %s and %s', (at, feeds, titles) => {
    expect([feedUsageId(Date.parse(at)), titleUsageId(Date.parse(at))]).toEqual([feeds, titles]);
  });

  it('of an hour are the one of the feeds, the pipeline’s own and twelve of titles, in order', () => {
    const ids = usageIdsOfHour(Date.UTC(2026, 10, 25, 2, 33));
    expect(ids).toHaveLength(14);
    expect(ids.slice(0, 2)).toEqual(['usage#2026-11-25T02#feeds', 'usage#2026-11-25T02#pipeline']);
    expect(ids.slice(2)).toEqual(
      ['00', '05', '10', '15', '20', '25', '30', '35', '40', '45', '50', '55'].map(
        (minute) => `usage#2026-11-25T02#titles#${minute}`,
      ),
    );
  });

  it('of its hour hold every moment, and those of another hour none', () => {
    fc.assert(
      fc.property(arbitraryEpochMs, arbitraryEpochMs, (nowMs, otherMs) => {
        const ids = usageIdsOfHour(nowMs);
        expect(ids).toContain(feedUsageId(nowMs));
        expect(ids).toContain(titleUsageId(nowMs));
        expect(ids).toContain(pipelineUsageId(nowMs));
        const sameHour = Math.floor(nowMs / 3_600_000) === Math.floor(otherMs / 3_600_000);
        expect(ids.includes(titleUsageId(otherMs))).toBe(sameHour);
      }),
    );
  });
});
