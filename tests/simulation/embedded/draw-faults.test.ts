import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../support/seeded-random.ts';
import { drawFaults, faultWindowMs } from './draw-faults.ts';
import { drawRequests, jobIdsOf } from './draw-requests.ts';

describe('drawFaults', () => {
  it('draws the same faults from the same seed, in order and within the window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const faults = drawFaults(seededRandom(seed));
        expect(faults).toEqual(drawFaults(seededRandom(seed)));
        const times = faults.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(times.every((atMs) => atMs >= 0 && atMs < faultWindowMs)).toBe(true);
        expect(faults.some(({ kind }) => kind === 'kill')).toBe(true);
        expect(faults.some(({ kind }) => kind === 'cut')).toBe(true);
      }),
    );
  });

  it('leaves nothing out over a hundred rounds', () => {
    const all = Array.from({ length: 100 }, (_, n) => drawFaults(seededRandom(1_000_003 + n))).flat();
    const kinds = all.map((fault) =>
      fault.kind === 'kill'
        ? `kill ${fault.victim}`
        : fault.kind === 'cut'
          ? `${fault.how} ${fault.target}`
          : `${fault.how} ${fault.emulator}`,
    );
    expect([...new Set(kinds)].sort()).toEqual(
      [
        ...['planner', 'worker', 'writer'].map((victim) => `kill ${victim}`),
        ...['connections', 'answer', 'refuse'].flatMap((how) =>
          ['sqs', 'dynamodb', 'tmdb'].map((target) => `${how} ${target}`),
        ),
        ...['SIGKILL', 'orderly'].flatMap((how) => ['sqs', 'dynamodb'].map((emulator) => `${how} ${emulator}`)),
      ].sort(),
    );
  });
});

describe('drawRequests', () => {
  it('draws one or two requests, and names every job of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const requests = drawRequests(seededRandom(seed));
        expect([1, 2]).toContain(requests.length);
        for (const request of requests) {
          const { media, regions, languages, pages } = request;
          const ids = jobIdsOf('0badcafe', request);
          expect(new Set(ids).size).toBe(media.length * regions.length * languages.length * pages);
        }
      }),
    );
  });

  it('names a job by run, feed and page', () => {
    const request = { category: 'popular', media: ['tv'], regions: ['DE'], languages: ['de-DE'], pages: 2 };
    expect(jobIdsOf('0badcafe', request)).toEqual(['0badcafe/popular/tv/DE/de-DE/1', '0badcafe/popular/tv/DE/de-DE/2']);
  });
});
